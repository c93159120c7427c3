/** From page to page of a list. */
import { Button } from './ui.tsx'
import { count } from './words.ts'

/** `total` beyond `ceiling` is not known exactly. */
export function Pager({
  offset,
  limit,
  total,
  ceiling,
  onPage,
}: {
  offset: number
  limit: number
  total: number
  ceiling?: number
  onPage: (page: number) => void
}) {
  if (total === 0) return null
  const page = Math.floor(offset / limit) + 1
  const last = Math.ceil(Math.min(total, ceiling ?? total) / limit)
  const open = ceiling !== undefined && total > ceiling
  return (
    <nav className="pager" aria-label="Pages">
      <span>
        {count(offset + 1)}–{count(Math.min(offset + limit, total))} of{' '}
        {open ? `more than ${count(ceiling)}` : count(total)}
      </span>
      <span className="actions">
        <Button icon="ChevronLeft" disabled={page <= 1} aria-label="Previous page" onClick={() => onPage(page - 1)} />
        <Button icon="ChevronRight" disabled={page >= last} aria-label="Next page" onClick={() => onPage(page + 1)} />
      </span>
    </nav>
  )
}
