import { describe, expect, it } from 'vitest'
import { isReachable, literalAddress } from './address.ts'

describe('an address', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:4700:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'])(
    '%s is on the internet',
    (address) => {
      expect(isReachable(address, false)).toBe(true)
    },
  )

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2002:c0a8:101::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    'not an address',
    '',
  ])('%s is not', (address) => {
    expect(isReachable(address, false)).toBe(false)
  })

  it('of a private network is open when the owner says so, but never link-local, multicast or unspecified', () => {
    for (const address of ['127.0.0.1', '10.1.2.3', '192.168.1.1', '100.64.0.1', '::1', 'fd12::1', '::ffff:127.0.0.1'])
      expect([address, isReachable(address, true)]).toEqual([address, true])
    for (const address of ['169.254.169.254', 'fe80::1', '224.0.0.1', 'ff02::1', '0.0.0.0', '::', '255.255.255.255', '240.0.0.1'])
      expect([address, isReachable(address, true)]).toEqual([address, false])
  })
})

describe('the host of a URL', () => {
  it.each([
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f000001/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://[::1]/', '::1'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://①②⑦.⓪.⓪.①/', '127.0.0.1'],
  ])('%s is the address %s', (url, address) => {
    expect(literalAddress(new URL(url).hostname)).toBe(address)
  })

  it('is a name otherwise', () => {
    expect(literalAddress('example.com')).toBe(null)
    expect(literalAddress('127.0.0.1.example.com')).toBe(null)
  })
})
