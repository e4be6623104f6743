import { expect, test } from '@jest/globals';
import { refuseWeakPassword } from '../src/passwords/refuse-weak-password.js';

const owner = { name: '홍 길동 Gildong', email: 'gildong.hong@mail.stampede.test' };
const check = (password: string, whose: { name: string; email: string | null } = owner) => {
  try {
    refuseWeakPassword({ path: 'input.password', password, owner: whose });
    return 'good';
  } catch (error) {
    const { extensions } = error as {
      extensions: { code: string; fields: { path: string; message: string }[] };
    };
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.password' }] });
    return extensions.fields[0]?.message;
  }
};

test.each(
  [
    'seven green umbrellas',
    'x7$kQ.p!a9',
    '비밀번호는열글자이상',
    // Ten characters of two code units each.
    '🐘🐎🐕🐈🐄🐖🐑🐐🦌🐓',
    'Gildong knows more',
    'qwertyuiop and more',
    'x7$kQ.p!a9'.repeat(25),
    // 256 characters, and more than that in the pieces that some keyboards send.
    `${'가나다라마바사아자차'.repeat(25)}한글이름들꽃`.normalize('NFD'),
  ].map((password) => [password.slice(0, 30), password]),
)('takes %s', (_, password) => {
  expect(check(password)).toBe('good');
});

test.each(
  (
    [
      ['x7$kQ.p!a', /fewer than 10/],
      // Nine characters, however many code units or pieces.
      ['🐘🐎🐕🐈🐄🐖🐑🐐🦌', /fewer than 10/],
      ['비밀번호는열글자'.normalize('NFD'), /fewer than 10/],
      ['x7$kQ.p!a9'.repeat(26), /more than 256/],
      ['basketball', /anybody would try/],
      ['BasketBall', /anybody would try/],
      ['ｂａｓｋｅｔｂａｌｌ', /anybody would try/],
      ['password123', /anybody would try/],
      ['aaaaaaaaaaaa', /anybody would try/],
      ['ababababababab', /anybody would try/],
      ['1234567890', /anybody would try/],
      ['0123456789012345', /anybody would try/],
      ['0987654321', /anybody would try/],
      ['abcdefghijkl', /anybody would try/],
      ["asdfghjkl;'", /anybody would try/],
      ['poiuytrewq', /anybody would try/],
      ['gildong.hong@mail.stampede.test', /name or your address/],
      ['GildongHong', /name or your address/],
      ['gildong-gildong', /name or your address/],
      ['홍 길동 gildong!!', /name or your address/],
    ] as [string, RegExp][]
  ).map(([password, why]) => [password.slice(0, 30), password, why] as const),
)('refuses %s', (_, password, why) => {
  expect(check(password)).toMatch(why);
});

test('knows nobody’s address where there is none', () => {
  expect(check('undefined.null', { name: 'Hong', email: null })).toBe('good');
  expect(check('hong hong hong', { name: 'Hong', email: null })).toMatch(/name or your address/);
});
