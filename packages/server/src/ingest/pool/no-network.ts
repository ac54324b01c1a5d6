/**
 * Takes the network away from this process: imported first by a reader child, before any code that reads a file.
 * Node's permission system (24) does not cover sockets, so the functions that open one are replaced. This stops
 * a reader library that follows a link in a document; the permission system keeps files, processes and threads away.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'

function refuse(): never {
  throw new Error('a reader has no network')
}

function close(target: object, names: readonly string[]): void {
  for (const name of names) Object.defineProperty(target, name, { value: refuse, writable: false, configurable: false })
}

const LOOKUPS = Object.keys(dns).filter((name) => /^(?:lookup|resolve|reverse)/.test(name))
close(net.Socket.prototype, ['connect'])
close(net.Server.prototype, ['listen'])
close(net, ['connect', 'createConnection', 'createServer'])
close(tls, ['connect', 'createServer'])
close(http, ['request', 'get', 'createServer'])
close(https, ['request', 'get', 'createServer'])
close(http2, ['connect', 'createServer', 'createSecureServer'])
close(dgram, ['createSocket'])
close(dgram.Socket.prototype, ['bind', 'connect', 'send'])
close(dns, LOOKUPS)
close(
  dns.promises,
  LOOKUPS.filter((name) => name in dns.promises),
)
close(
  globalThis,
  ['fetch', 'WebSocket', 'EventSource'].filter((name) => name in globalThis),
)
syncBuiltinESMExports()
