import 'reflect-metadata';
import { badInput } from '../errors/index.js';
import { Field, InputType } from 'type-graphql';
import { checkName, checkPhone, NAME_RULE, PHONE_RULE } from './person.js';
import { checkOptionalText, checkText } from './text.js';

const LONGEST_LABEL = 50;
const LONGEST_LINE = 200;

/** Five digits in Korea; elsewhere letters too, such as `SW1A 1AA`. */
const POSTAL_CODE = /^[A-Z0-9][A-Z0-9 -]{1,10}[A-Z0-9]$/i;
const POSTAL_CODE_RULE = '3 to 12 letters, digits, spaces and dashes';

@InputType({ description: 'Where parcels go. White space around a text is dropped.' })
export class AddressInput {
  @Field(() => String, {
    nullable: true,
    description: `The person’s own name for it, at most ${LONGEST_LABEL} characters.`,
  })
  label?: string | null;

  @Field({ description: `Who receives the parcel: ${NAME_RULE}.` })
  recipient!: string;

  @Field({ description: `The recipient’s phone number: ${PHONE_RULE}.` })
  phone!: string;

  @Field({ description: `The postal code: ${POSTAL_CODE_RULE}.` })
  postalCode!: string;

  @Field({ description: `Street and number, at most ${LONGEST_LINE} characters.` })
  line1!: string;

  @Field(() => String, {
    nullable: true,
    description: `Building, floor, door, at most ${LONGEST_LINE} characters.`,
  })
  line2?: string | null;
}

/** An address as it is kept. */
export interface CheckedAddress {
  label: string | null;
  recipient: string;
  phone: string;
  postalCode: string;
  line1: string;
  line2: string | null;
}

/** @throws BAD_USER_INPUT */
export function checkAddress(path: string, input: AddressInput): CheckedAddress {
  return {
    label: checkOptionalText(`${path}.label`, input.label, LONGEST_LABEL),
    recipient: checkName(`${path}.recipient`, input.recipient),
    phone: checkPhone(`${path}.phone`, input.phone),
    postalCode: checkPostalCode(`${path}.postalCode`, input.postalCode),
    line1: checkText(`${path}.line1`, input.line1, LONGEST_LINE),
    line2: checkOptionalText(`${path}.line2`, input.line2, LONGEST_LINE),
  };
}

function checkPostalCode(path: string, value: string): string {
  const code = value.trim();
  if (POSTAL_CODE.test(code)) return code;
  throw badInput({ path, message: `is not a postal code: ${POSTAL_CODE_RULE}.` });
}
