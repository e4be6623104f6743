const MAX_MAILS = 1_000;

export interface Mail {
  id: number;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
  receivedAt: Date;
}

/** Keeps what was mailed, one entry per recipient; forgets the oldest when full. */
export class MailBox {
  readonly #mails: Mail[] = [];
  #received = 0;

  add(mail: Omit<Mail, 'id'>): void {
    this.#received += 1;
    this.#mails.unshift({ id: this.#received, ...mail });
    this.#mails.length = Math.min(this.#mails.length, MAX_MAILS);
  }

  /** Newest first; those to one address when it is given, however it is written. */
  list(to: string | null): Mail[] {
    const wanted = to?.trim().toLowerCase();
    return this.#mails.filter((mail) => wanted === undefined || mail.to.toLowerCase() === wanted);
  }

  byId(id: number): Mail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }
}
