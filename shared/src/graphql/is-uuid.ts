/** Whether a text can be an id of ours at all: PostgreSQL refuses any other, and with it the whole statement. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
