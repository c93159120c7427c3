/** Something a person asked for and cannot have; the message says why and what to do, without secrets. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Refusal'
  }
}
