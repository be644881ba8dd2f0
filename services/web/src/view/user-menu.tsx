import type { Link } from '../edge/realtime.ts'
import { useSpeech } from '../state/use-language.ts'

type Props = { readonly user: string; readonly link: Link; readonly onSignOut: () => void }

export function UserMenu({ user, link, onSignOut }: Props) {
  const { say } = useSpeech()
  return (
    <>
      <span className="link" data-link={link} role="status" title={say(`link_${link}`)}>
        {say(`link_${link}`)}
      </span>
      <span className="user">{user}</span>
      <button type="button" className="plain" onClick={onSignOut}>
        {say('sign_out')}
      </button>
    </>
  )
}
