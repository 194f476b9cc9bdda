//! The two formats of capture files, as packets: pcap (libpcap, tcpdump) and pcapng (Wireshark, dumpcap).
//!
//! Unaware of what is in a packet. Every length in the file is checked against what is left of it, and reading
//! stops where the file is cut or damaged: what stands before that place is still good.

/// A packet as it was captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// Nanoseconds since some moment that is the same for the whole file.
    pub(super) at: u64,
    /// What the bytes begin with: a number of the LINKTYPE registry of tcpdump.org.
    pub(super) link: u32,
    /// What was kept of it; a capture may keep only the first bytes of each packet.
    pub(super) bytes: &'a [u8],
}

/// What a capture file holds.
#[derive(Debug, Default)]
pub(super) struct File<'a> {
    pub(super) packets: Vec<Packet<'a>>,
    /// Key logs that stand in the file itself (pcapng, Decryption Secrets Block).
    pub(super) key_logs: Vec<&'a [u8]>,
    /// The byte at which the file is cut or damaged.
    pub(super) broken_at: Option<usize>,
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;
/// `TLSK`: lines of an NSS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;
/// The option of an interface that gives the unit of its times.
const IF_TSRESOL: u16 = 9;

/// Whether a file is a capture, told by its first four bytes.
pub(super) fn is_capture(bytes: &[u8]) -> bool {
    pcap_order(bytes).is_some() || bytes.starts_with(&SECTION_HEADER.to_be_bytes())
}

/// Reads either format.
pub(super) fn read(bytes: &[u8]) -> File<'_> {
    match pcap_order(bytes) {
        Some((big_endian, nanoseconds)) => pcap(bytes, big_endian, nanoseconds),
        None => Sections::default().read(bytes),
    }
}

/// The magic number of a pcap says its byte order, and whether its times are in microseconds or nanoseconds.
fn pcap_order(bytes: &[u8]) -> Option<(bool, bool)> {
    match bytes.get(..4)? {
        [0xa1, 0xb2, 0xc3, 0xd4] => Some((true, false)),
        [0xd4, 0xc3, 0xb2, 0xa1] => Some((false, false)),
        [0xa1, 0xb2, 0x3c, 0x4d] => Some((true, true)),
        [0x4d, 0x3c, 0xb2, 0xa1] => Some((false, true)),
        _ => None,
    }
}

fn pcap(bytes: &[u8], big_endian: bool, nanoseconds: bool) -> File<'_> {
    let mut file = File::default();
    let mut cursor = Cursor {
        bytes,
        at: 0,
        big_endian,
    };
    // Magic, version, time zone, accuracy, the most bytes kept of a packet; then the link type. The upper half of
    // its word says how long a checksum behind each packet is, which the lengths inside the packet tell as well.
    let Some(link) = cursor.take(20).and_then(|_| cursor.u32()) else {
        file.broken_at = Some(0);
        return file;
    };
    let unit = if nanoseconds { 1 } else { 1000 };
    while cursor.left() > 0 {
        let start = cursor.at;
        let mut packet = || {
            let (seconds, fraction) = (u64::from(cursor.u32()?), u64::from(cursor.u32()?));
            let (kept, _original) = (cursor.u32()?, cursor.u32()?);
            Some(Packet {
                at: seconds * 1_000_000_000 + fraction * unit,
                link: link & 0xffff,
                bytes: cursor.take(kept as usize)?,
            })
        };
        match packet() {
            Some(packet) => file.packets.push(packet),
            None => {
                file.broken_at = Some(start);
                break;
            }
        }
    }
    file
}

/// The state of a pcapng: a section has one byte order, and its interfaces are counted from 0.
#[derive(Default)]
struct Sections<'a> {
    big_endian: bool,
    interfaces: Vec<Interface>,
    file: File<'a>,
}

struct Interface {
    link: u32,
    /// The most bytes that are kept of a packet; 0 is no limit.
    most: usize,
    /// The unit of its times, as IF_TSRESOL writes it.
    unit: u8,
}

impl<'a> Sections<'a> {
    fn read(mut self, bytes: &'a [u8]) -> File<'a> {
        let mut at = 0;
        while at < bytes.len() {
            let Some(length) = self.block(bytes.get(at..).unwrap_or_default()) else {
                self.file.broken_at = Some(at);
                break;
            };
            at += length;
        }
        self.file
    }

    /// A block: type, length, body, padding, length again. Returns how many bytes it has.
    fn block(&mut self, bytes: &'a [u8]) -> Option<usize> {
        if bytes.starts_with(&SECTION_HEADER.to_be_bytes()) {
            // This type reads the same in both orders; the magic number behind the length tells which one follows.
            self.big_endian = bytes.get(8..12)? == [0x1a, 0x2b, 0x3c, 0x4d];
            self.interfaces.clear();
        }
        let big_endian = self.big_endian;
        let mut cursor = Cursor {
            bytes,
            at: 0,
            big_endian,
        };
        let (kind, length) = (cursor.u32()?, cursor.u32()? as usize);
        let body = bytes.get(8..length.checked_sub(4)?)?;
        // Ends behind the second length, so a block of at least twelve bytes is always passed.
        bytes.get(..length)?;
        let mut cursor = Cursor {
            bytes: body,
            at: 0,
            big_endian,
        };
        match kind {
            INTERFACE => self.interface(&mut cursor)?,
            ENHANCED_PACKET => self.packet(&mut cursor)?,
            SIMPLE_PACKET => {
                let original = cursor.u32()? as usize;
                let interface = self.interfaces.first()?;
                let most = if interface.most == 0 {
                    original
                } else {
                    interface.most
                };
                let kept = original.min(most).min(cursor.left());
                // It has no time of its own.
                let at = self.file.packets.last().map_or(0, |packet| packet.at);
                let (link, bytes) = (interface.link, cursor.take(kept)?);
                self.file.packets.push(Packet { at, link, bytes });
            }
            DECRYPTION_SECRETS => {
                let (kind, length) = (cursor.u32()?, cursor.u32()?);
                let log = cursor.take(length as usize)?;
                if kind == TLS_KEY_LOG {
                    self.file.key_logs.push(log);
                }
            }
            _ => {}
        }
        Some(length)
    }

    fn interface(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        let link = u32::from(cursor.u16()?);
        cursor.u16()?;
        let most = cursor.u32()? as usize;
        let mut unit = 6;
        while cursor.left() >= 4 {
            let (code, length) = (cursor.u16()?, usize::from(cursor.u16()?));
            let value = cursor.take(length)?;
            cursor.take(length.next_multiple_of(4) - length)?;
            match (code, value) {
                (0, _) => break,
                (IF_TSRESOL, [value]) => unit = *value,
                _ => {}
            }
        }
        self.interfaces.push(Interface { link, most, unit });
        Some(())
    }

    fn packet(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        let interface = self.interfaces.get(cursor.u32()? as usize)?;
        let ticks = u64::from(cursor.u32()?) << 32 | u64::from(cursor.u32()?);
        let (kept, _original) = (cursor.u32()?, cursor.u32()?);
        self.file.packets.push(Packet {
            at: nanoseconds(ticks, interface.unit),
            link: interface.link,
            bytes: cursor.take(kept as usize)?,
        });
        Some(())
    }
}

/// IF_TSRESOL: with the highest bit a negative power of two, without it a negative power of ten.
fn nanoseconds(ticks: u64, unit: u8) -> u64 {
    let ticks = u128::from(ticks) * 1_000_000_000;
    let exponent = u32::from(unit & 0x7f);
    let divisor = if unit & 0x80 != 0 {
        1u128.checked_shl(exponent)
    } else {
        10u128.checked_pow(exponent)
    };
    divisor.map_or(0, |divisor| {
        u64::try_from(ticks / divisor).unwrap_or(u64::MAX)
    })
}

/// Reads numbers in the byte order of the file.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    big_endian: bool,
}

impl<'a> Cursor<'a> {
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?.try_into().ok()?;
        Some(if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?.try_into().ok()?;
        Some(if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }
}
