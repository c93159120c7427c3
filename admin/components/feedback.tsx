/** What the panel says after an action, and what it asks before one. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { Refused } from './client.ts'
import { Button, Icon } from './ui.tsx'
import type { Tone } from './words.ts'

interface Message {
  readonly id: number
  readonly tone: Tone
  readonly text: string
}

interface Question {
  readonly title: string
  readonly text: ReactNode
  readonly yes: string
  readonly danger?: boolean
}

interface Feedback {
  tell(tone: Tone, text: string): void
  /** Resolves to true if the user says yes. */
  ask(question: Question): Promise<boolean>
}

const Context = createContext<Feedback>({ tell: () => {}, ask: async () => false })

export function useFeedback(): Feedback {
  return useContext(Context)
}

/** Runs an action once at a time and says how it ended. `done` makes the sentence from the answer. */
export function useAction(): {
  readonly busy: string | undefined
  /** What the last action found wrong, by field. */
  readonly fields: Readonly<Record<string, string>>
  run<T>(name: string, work: () => Promise<T>, done?: (result: T) => string | undefined): Promise<T | undefined>
} {
  const { tell } = useFeedback()
  const [busy, setBusy] = useState<string>()
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({})
  const run = useCallback(
    async <T,>(
      name: string,
      work: () => Promise<T>,
      done?: (result: T) => string | undefined,
    ): Promise<T | undefined> => {
      setBusy(name)
      setFields({})
      try {
        const result = await work()
        const text = done?.(result)
        if (text) tell('ok', text)
        return result
      } catch (error) {
        if (error instanceof Refused) setFields(error.fields)
        tell('bad', error instanceof Error ? error.message : String(error))
        return undefined
      } finally {
        setBusy(undefined)
      }
    },
    [tell],
  )
  return { busy, fields, run }
}

const shownFor: Record<Tone, number> = { ok: 6000, run: 6000, off: 6000, warn: 12_000, bad: 20_000 }

export function FeedbackProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Message[]>([])
  const [question, setQuestion] = useState<Question & { answer: (yes: boolean) => void }>()
  const next = useRef(1)
  const drop = useCallback((id: number) => setMessages((all) => all.filter((message) => message.id !== id)), [])
  const value = useMemo<Feedback>(
    () => ({
      tell: (tone, text) => {
        const id = next.current++
        setMessages((all) => [...all.filter((message) => message.text !== text), { id, tone, text }].slice(-4))
        setTimeout(() => drop(id), shownFor[tone])
      },
      ask: (asked) => new Promise((answer) => setQuestion({ ...asked, answer })),
    }),
    [drop],
  )
  return (
    <Context.Provider value={value}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {messages.map((message) => (
          <div key={message.id} className={`toast ${message.tone}`}>
            <Icon
              name={message.tone === 'bad' ? 'AlertOctagon' : message.tone === 'warn' ? 'AlertTriangle' : 'CheckCircle'}
              size={18}
            />
            <span>{message.text}</span>
            <button type="button" aria-label="Close this message" onClick={() => drop(message.id)}>
              <Icon name="X" size={16} />
            </button>
          </div>
        ))}
      </div>
      {question && (
        <Dialog
          question={question}
          onAnswer={(yes) => {
            question.answer(yes)
            setQuestion(undefined)
          }}
        />
      )}
    </Context.Provider>
  )
}

function Dialog({ question, onAnswer }: { question: Question; onAnswer: (yes: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question"
      onCancel={(event) => {
        event.preventDefault()
        onAnswer(false)
      }}
    >
      <h2 id="question">{question.title}</h2>
      <div className="text">{question.text}</div>
      <div className="actions">
        <Button onClick={() => onAnswer(false)}>Cancel</Button>
        <Button look={question.danger ? 'danger' : 'main'} onClick={() => onAnswer(true)}>
          {question.yes}
        </Button>
      </div>
    </dialog>
  )
}
