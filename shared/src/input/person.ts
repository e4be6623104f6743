import { badInput } from '../errors/index.js';
import { checkText } from './text.js';

export const LONGEST_NAME = 100;
const LONGEST_PHONE = 32;

const PHONE = /^\+?[0-9][0-9 -]{4,31}$/;

/** In descriptions of the API. */
export const NAME_RULE = `1 to ${LONGEST_NAME} characters, none of them a control character`;
export const PHONE_RULE = `digits, spaces and dashes, 5 to ${LONGEST_PHONE} characters with a + in front or without`;

/** What a person is called, as it is kept. @throws BAD_USER_INPUT */
export const checkName = (path: string, value: string): string => checkText(path, value, LONGEST_NAME);

/** A phone number as the person wrote it: whoever reads it dials it by hand. @throws BAD_USER_INPUT */
export function checkPhone(path: string, value: string): string {
  const phone = value.trim();
  if (phone.length <= LONGEST_PHONE && PHONE.test(phone)) return phone;
  throw badInput({ path, message: `is not a phone number: ${PHONE_RULE}.` });
}
