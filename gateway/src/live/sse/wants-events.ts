/** The media types that GraphQL is answered in here. */
const SERVED = /^(text\/event-stream|application\/(graphql-response\+)?json)\s*(;|$)/i;

/** Whether the client asks for a stream of events rather than for one answer: whichever it names first. */
export function wantsEvents(accept: string | undefined): boolean {
  const first = accept
    ?.split(',')
    .map((type) => type.trim())
    .find((type) => SERVED.test(type));
  return first !== undefined && /^text\/event-stream/i.test(first);
}
