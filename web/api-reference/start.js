// Shows the server's OpenAPI description. Every option that would send something to another host is off.
Scalar.createApiReference('#api-reference', {
  url: '/openapi.json',
  layout: 'modern',
  telemetry: false,
  withDefaultFonts: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  defaultOpenAllTags: false,
  metaData: { title: 'Holdfast API' },
});
