// What AdminJS expects in global variables, from the data block of the page: no script stands in the HTML.
const { state, theme } = JSON.parse(document.getElementById('state').textContent)
window.REDUX_STATE = state
window.THEME = theme
window.THEME_COMPONENTS = {}
window.AdminJS = { Components: {} }
