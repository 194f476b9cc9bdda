#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]
use hello_mtls::fields::Field;
use hello_mtls::text;
use hello_mtls::wire::{explain, transcript::*};
fn tree(b: &[u8], f: &Field, d: usize) {
    let h = hex(&b[f.range.clone()]);
    let h: String = h.chars().take(24).collect();
    println!(
        "{}{} = {} [{h}] -- {} {}",
        "  ".repeat(d),
        f.label,
        text::terminal(&text::shorten(&f.value, 80)),
        f.meaning,
        f.source
    );
    for c in &f.children {
        tree(b, c, d + 1)
    }
}
fn main() {
    let p = std::env::args().nth(1).unwrap();
    let c = explain(&Transcript::parse(&std::fs::read_to_string(p).unwrap()).unwrap());
    println!(
        "{:?} {:?} {:?} {:?} {:?} resumed {} req {} sent {} done {} {:?}\n{:#?}",
        c.version,
        c.cipher_suite,
        c.group,
        c.server_name,
        c.protocol,
        c.resumed,
        c.client_certificate_requested,
        c.client_certificate_sent,
        c.handshake_complete,
        c.ending,
        c.notes
    );
    for m in &c.messages {
        println!(
            "== step {} {} {} {:?} {:?} clear={} -- {}",
            m.step, m.from, m.name, m.kind, m.at, m.in_the_clear, m.meaning
        );
        tree(&m.bytes, &m.fields, 1);
        for k in &m.checks {
            println!(
                "   CHECK {} {:?} {} {}",
                k.name, k.outcome, k.proves, k.source
            );
            for i in &k.inputs {
                println!(
                    "      {} {}",
                    i.name,
                    hex(&i.bytes).chars().take(64).collect::<String>()
                );
            }
        }
        for k in &m.derivations {
            println!(
                "   DERIVE {} = {} | {} | {} | {}",
                k.name,
                &hex(&k.value)[..16],
                k.formula,
                k.who,
                k.meaning
            );
        }
    }
    for r in &c.records {
        println!(
            "-- {} #{} {} {} pieces {:?}",
            r.from,
            r.number,
            r.content_type,
            match &r.protection {
                hello_mtls::wire::conversation::Protection::Decrypted(d) =>
                    format!("{:?} seq {} nonce {}", d.epoch, d.sequence, hex(&d.nonce)),
                o => format!("{o:?}"),
            },
            r.pieces
                .iter()
                .map(|p| (p.message, p.in_record.clone()))
                .collect::<Vec<_>>()
        );
    }
}
