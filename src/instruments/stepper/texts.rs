//! The words of the quiz and of the last page, one table for each language. Names in braces are filled in.
//!
//! A second language is a second value of [`Texts`] beside [`ENGLISH`], chosen where that one is named.

use crate::narration::Side;

/// A question: its words, and the keys with their answers.
pub(super) struct Ask {
    /// What is asked.
    pub(super) question: &'static str,
    /// The key, and the answer that it stands for.
    pub(super) choices: &'static [(char, &'static str)],
}

/// All that the quiz and the last page say.
pub(super) struct Texts {
    pub(super) client: &'static str,
    pub(super) server: &'static str,
    pub(super) question: &'static str,
    pub(super) right: &'static str,
    pub(super) wrong: &'static str,
    pub(super) one_of: &'static str,
    pub(super) score: &'static str,

    pub(super) speaker: Ask,
    pub(super) speaker_first: &'static str,
    pub(super) speaker_next: &'static str,

    pub(super) eavesdropper: Ask,
    pub(super) clear: &'static str,
    pub(super) hidden: &'static str,
    pub(super) all_clear: &'static str,
    pub(super) all_hidden: &'static str,
    pub(super) partly: &'static str,

    pub(super) client_sure: Ask,
    pub(super) client_sure_proved: &'static str,
    pub(super) client_sure_resumed: &'static str,
    pub(super) client_not_sure: &'static str,

    pub(super) server_sure: Ask,
    pub(super) server_sure_proved: &'static str,
    pub(super) server_sure_resumed: &'static str,
    pub(super) server_not_asked: &'static str,
    pub(super) server_not_sure: &'static str,

    pub(super) notices: Ask,
    pub(super) notices_because: &'static str,
    pub(super) notices_believes: &'static str,

    pub(super) hears: Ask,
    pub(super) hears_alert: &'static str,
    pub(super) hears_answer: &'static str,
    pub(super) hears_nothing: &'static str,

    pub(super) proved: &'static str,
    pub(super) proved_server: &'static str,
    pub(super) proved_server_resumed: &'static str,
    pub(super) not_proved_server: &'static str,
    pub(super) proved_client: &'static str,
    pub(super) proved_client_resumed: &'static str,
    pub(super) not_proved_client: &'static str,
    pub(super) not_asked_client: &'static str,
    pub(super) proved_secret: &'static str,
    pub(super) refused: &'static str,
    pub(super) go_on: &'static str,
    pub(super) read: &'static str,
    pub(super) read_resumed: &'static str,
    pub(super) then: &'static str,
}

impl Texts {
    /// A side's name with its article.
    pub(super) fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Client => self.client,
            Side::Server => self.server,
        }
    }
}

/// English.
pub(super) const ENGLISH: Texts = Texts {
    client: "the client",
    server: "the server",
    question: "question {number}",
    right: "right",
    wrong: "no, it is {key}: {answer}",
    one_of: "type one of these letters and Enter: {keys}",
    score: "{right} of {asked} answers were right.",

    speaker: Ask {
        question: "Which side sends the next flight?",
        choices: &[('c', "the client"), ('s', "the server")],
    },
    speaker_first: "In TLS the client begins, because the server has to know what the client offers before it \
                    can choose. The client sends: {messages}.",
    speaker_next: "Now {side} has what it was waiting for, and sends: {messages}.",

    eavesdropper: Ask {
        question: "The next flight comes from {side}. Can an eavesdropper read it?",
        choices: &[
            ('a', "all of it"),
            ('p', "a part of it"),
            ('n', "nothing of it"),
        ],
    },
    clear: "In the clear: {messages}.",
    hidden: "Encrypted: {messages}.",
    all_clear: "The two sides have no common key in use yet.",
    all_hidden: "Only the two sides can compute the keys. An eavesdropper sees the length of each record.",
    partly: "What follows the last message in the clear is encrypted, with keys that an eavesdropper cannot compute.",

    client_sure: Ask {
        question: "Is the client sure by now that it talks to the right server?",
        choices: &[('y', "yes"), ('n', "no")],
    },
    client_sure_proved: "The client has checked both proofs of step 3: a CA that it trusts vouches for \"{name}\", and the \
                         signature over this handshake shows that the other side owns the private key.",
    client_sure_resumed: "No certificate moves, because this connection continues an earlier one. Only the server of that one \
                          can have used its secret, and there the client had verified the server.",
    client_not_sure: "The client has not verified a certificate of the server. An attacker could have sent everything that \
                      it has received so far.",

    server_sure: Ask {
        question: "Is the server sure by now which client it talks to?",
        choices: &[('y', "yes"), ('n', "no")],
    },
    server_sure_proved: "The server has checked both proofs of step 5: a CA that it trusts vouches for {name}, and the \
                         signature over this handshake shows that the other side owns the private key.",
    server_sure_resumed: "The ticket leads to the certificate that the client sent on the earlier connection, and the server has \
                          just verified it again.",
    server_not_asked: "The server has not asked for a certificate. In TLS without client certificates it learns \
                       nothing about the client.",
    server_not_sure: "The server has not verified a certificate of the client.",

    notices: Ask {
        question: "The flight has arrived, and one side refuses to go on. Which side notices what is wrong?",
        choices: &[('c', "the client"), ('s', "the server")],
    },
    notices_because: "At step {step}, {side} found: {found}.",
    notices_believes: "At this moment {side} believes that its own handshake is complete.",

    hears: Ask {
        question: "What does {side} hear of it?",
        choices: &[
            ('a', "a TLS alert"),
            ('h', "an HTTP answer"),
            ('n', "nothing"),
        ],
    },
    hears_alert: "The refusal is {messages}. An alert is a number: it names a kind of reason, and no details.",
    hears_answer: "The handshake itself is complete, so the refusal is an answer of the application, and it is encrypted.",
    hears_nothing: "No byte follows: {side} cannot tell why the connection ends.",

    proved: "what was proved",
    proved_server: "The client knows that it talks to \"{name}\": a CA that it trusts vouches for the certificate, and \
                    the server owns the private key.",
    proved_server_resumed: "The client knows that it talks to the server of the earlier connection, which it verified then.",
    not_proved_server: "The client does not know which server it talked to.",
    proved_client: "The server knows that it talks to {name}: a CA that it trusts vouches for the certificate, and the \
                    client owns the private key.",
    proved_client_resumed: "The server knows that it talks to {name}, the client of the earlier connection, and has verified the \
                            remembered certificate again.",
    not_proved_client: "The server does not know which client it talked to.",
    not_asked_client: "The server knows nothing about the client: it asked for no certificate.",
    proved_secret: "What the two said after that was encrypted ({version}, {suite}), and a change would have been noticed.",
    refused: "At step {step}, {side} refused the other side.",
    go_on: "where to go on",
    read: "the page of this step: docs/handshake/{page}.md",
    read_resumed: "what a resumption saves: docs/handshake/step7_application_data.md",
    then: "next: hello-mtls step {options}",
};
