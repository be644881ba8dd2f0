import { createRoot } from 'react-dom/client'
import './style/uppy.css'
import './style/base.css'
import './style/frame.css'
import './style/table.css'
import './style/state.css'
import './style/findings.css'
import './style/narrow.css'
import { App } from './view/app.tsx'

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App />)
