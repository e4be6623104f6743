export { AddressInput, checkAddress, type CheckedAddress } from './address.js';
export { checkName, checkPhone, LONGEST_NAME, NAME_RULE, PHONE_RULE } from './person.js';
export { checkOptionalText, checkText, isVisible } from './text.js';
