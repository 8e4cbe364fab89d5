#!/bin/sh
# Makes tiptap.js and LICENCES.txt anew from parts.js and the locked packages; the hashes of all five stand in the test
# tests/web/test_vendored_editor.py. Needs Node 20 or later; leaves node_modules, which is not kept.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
node_modules/.bin/esbuild parts.js --bundle --format=esm --minify --charset=utf8 --legal-comments=none --target=es2022 --outfile=tiptap.js
for package in node_modules/@tiptap/* node_modules/prosemirror-* node_modules/markdown-it* node_modules/linkify* node_modules/mdurl \
  node_modules/uc.micro node_modules/entities node_modules/punycode.js node_modules/orderedmap node_modules/rope-sequence node_modules/w3c-keyname; do
  node -p 'const p = require(process.argv[1]); `${p.name} ${p.version}: ${p.license}`' "./$package/package.json"
  cat "$package"/LICENSE* "$package"/license* 2>/dev/null || true
  echo
done >LICENCES.txt
sha256sum parts.js package-lock.json tiptap.js
