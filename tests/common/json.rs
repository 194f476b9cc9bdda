//! A reader of JSON that forgives nothing: RFC 8259, and no more.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

/// A value. Numbers stay text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// The one value in this text.
    #[track_caller]
    pub(crate) fn of(text: &str) -> Value {
        let mut reader = Reader(text.chars().peekable());
        let value = reader.value();
        assert_eq!(reader.0.next(), None, "more behind the value: {text}");
        value
    }

    /// The member of an object.
    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> &Value {
        match self {
            Value::Object(members) => members
                .get(name)
                .unwrap_or_else(|| panic!("no {name}: {self:?}")),
            other => panic!("no object with {name}: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            other => panic!("no text: {other:?}"),
        }
    }

    /// The names of an object's members.
    #[track_caller]
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Value::Object(members) => members.keys().map(String::as_str).collect(),
            other => panic!("no object: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn list(&self) -> &[Value] {
        match self {
            Value::List(list) => list,
            other => panic!("no list: {other:?}"),
        }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        match self {
            Value::Number(one) | Value::Text(one) => one == text,
            Value::Bool(one) => one.to_string() == text,
            Value::Null => text == "null",
            _ => false,
        }
    }
}

struct Reader<'a>(Peekable<Chars<'a>>);

impl Reader<'_> {
    fn space(&mut self) {
        while self.0.next_if(|c| " \t\n\r".contains(*c)).is_some() {}
    }

    fn wants(&mut self, word: &str) {
        for c in word.chars() {
            assert_eq!(self.0.next(), Some(c), "in {word}");
        }
    }

    fn value(&mut self) -> Value {
        self.space();
        let value = match self.0.peek().copied() {
            Some('n') => {
                self.wants("null");
                Value::Null
            }
            Some('t') => {
                self.wants("true");
                Value::Bool(true)
            }
            Some('f') => {
                self.wants("false");
                Value::Bool(false)
            }
            Some('"') => Value::Text(self.text()),
            Some('[') => Value::List(self.items('[', ']', Reader::value)),
            Some('{') => {
                let members = self.items('{', '}', |reader| {
                    reader.space();
                    let name = reader.text();
                    reader.space();
                    reader.wants(":");
                    (name, reader.value())
                });
                let count = members.len();
                let object: BTreeMap<_, _> = members.into_iter().collect();
                assert_eq!(object.len(), count, "a member twice");
                Value::Object(object)
            }
            _ => Value::Number(self.number()),
        };
        self.space();
        value
    }

    fn items<T>(&mut self, open: char, close: char, item: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        assert_eq!(self.0.next(), Some(open));
        self.space();
        if self.0.next_if_eq(&close).is_some() {
            return items;
        }
        loop {
            items.push(item(self));
            match self.0.next() {
                Some(',') => {}
                other => {
                    assert_eq!(other, Some(close));
                    return items;
                }
            }
        }
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        self.wants("\"");
        loop {
            match self.0.next().expect("the end of a string") {
                '"' => return text,
                '\\' => match self.0.next().expect("an escape") {
                    'u' => {
                        let digits: String = (0..4).filter_map(|_| self.0.next()).collect();
                        let number = u32::from_str_radix(&digits, 16).expect("four digits");
                        text.push(char::from_u32(number).expect("no surrogate"));
                    }
                    'n' => text.push('\n'),
                    c if "\"\\/".contains(c) => text.push(c),
                    other => panic!("escaped: {other}"),
                },
                c => {
                    assert!(u32::from(c) >= 0x20, "a control character");
                    text.push(c);
                }
            }
        }
    }

    fn number(&mut self) -> String {
        let mut number = String::new();
        while let Some(c) = self.0.next_if(|c| "-.0123456789".contains(*c)) {
            number.push(c);
        }
        let leading = number.len() > 1 && number.starts_with('0') && !number.starts_with("0.");
        assert!(
            number.parse::<f64>().is_ok() && !leading,
            "a number: {number}"
        );
        number
    }
}
