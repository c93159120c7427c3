/** An address that is shown this once, to be copied to where it belongs. */
import { useRef, useState } from 'react'
import { Button, Icon } from './ui.tsx'

export function SecretAddress({ address, vendor, onDone }: { address: string; vendor: string; onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState<boolean>()
  const copy = async () => {
    input.current?.select()
    // A browser gives the clipboard to pages of https only.
    setCopied(
      await Promise.resolve(navigator.clipboard?.writeText(address)).then(
        () => navigator.clipboard !== undefined,
        () => false,
      ),
    )
  }
  return (
    <section className="card secret-address">
      <h2>
        <Icon name="Key" size={18} /> The address for {vendor}
      </h2>
      <p>
        It is shown only now. Whoever knows it can make the hub read records again, so treat it like a password. A new
        address makes this one invalid.
      </p>
      <div className="with-button">
        <input
          ref={input}
          readOnly
          aria-label="Webhook address"
          value={address}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <Button look="main" icon={copied ? 'Check' : 'Copy'} onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      {copied === false && <p role="status">The browser does not let the page copy: press Ctrl+C, it is selected.</p>}
      <div className="actions">
        <Button onClick={onDone}>I have entered it</Button>
      </div>
    </section>
  )
}
