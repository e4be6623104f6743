import { badInput } from '@stampede/shared/errors';

export const LONGEST_DEVICE = 100;
const UNNAMED_DEVICE = 'Unnamed device';

/** What a device is called in the list of sessions. @throws BAD_USER_INPUT when it is too long. */
export function readDevice(device: string | null | undefined, path: string): string {
  const name = (device ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim() || UNNAMED_DEVICE;
  if (name.length > LONGEST_DEVICE)
    throw badInput({ path, message: `has more than ${LONGEST_DEVICE} characters.` });
  return name;
}
