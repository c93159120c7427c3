/** The resource that shows a stream's records. */
export function resourceOfStream(stream: string): string {
  return stream === 'companies' ? 'source-companies' : stream.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
