window.createRoot(document.getElementById('app')).render(window.AdminJS.Application)
