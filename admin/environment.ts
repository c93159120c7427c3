/**
 * Imported before AdminJS, which looks at these variables once, when it is loaded: without `production`
 * it would serve its development bundles (26 MB instead of 3).
 */
process.env.NODE_ENV = 'production'
