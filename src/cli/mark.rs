//! `pifa mark`: the buyer's own words on offers and suppliers.

use super::args::{MarkArgs, MarkSubject, MarkVerb};
use super::failure::{Exit, Failure};
use super::marked::{MarkDocument, MarksDocument};
use super::print::{Lean, Printer, table};
use super::session::{Profile, Session};
use super::sync::progress;
use crate::domain::mark::{MarkEdit, Subject};
use crate::domain::text::Clean;
use crate::procure::DeskError;

pub(super) async fn run(args: MarkArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    match (&args.verb, &args.subject) {
        (Some(MarkVerb::List), _) => list(&session, printer),
        (None, Some(subject)) => mark(&session, subject, &args, printer),
        (None, None) => Err(Failure::usage("name an offer, or supplier:ID", "pifa mark --help")),
    }
}

fn mark(
    session: &Session,
    subject: &MarkSubject,
    args: &MarkArgs,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let subject = match subject {
        MarkSubject::Offer(key) => Subject::Offer(key.clone()),
        MarkSubject::Supplier(id) => Subject::Supplier(id.clone()),
    };
    let name = known_as(session, &subject)?;
    let mut edits = Vec::new();
    if args.fav || args.no_fav {
        edits.push(MarkEdit::Favourite(args.fav));
    }
    if let Some(tags) = &args.tag {
        edits.push(MarkEdit::Tags(tags.split([',', '，', '、']).map(Clean::new).collect()));
    }
    if let Some(note) = &args.note {
        edits.push(MarkEdit::Note(Clean::new(note)));
    }
    if let Some(reason) = &args.block {
        let reason = Clean::new(reason);
        if reason.is_empty() {
            return Err(Failure::usage(
                "--block needs a reason in words",
                "pifa mark OFFER --block \"late\"",
            ));
        }
        edits.push(MarkEdit::Block(Some(reason)));
    }
    if args.unblock {
        edits.push(MarkEdit::Block(None));
    }
    let mark = session.desk.mark_all(&subject, &edits)?;
    let document = MarkDocument::new(&subject, name, &mark);
    printer.document(&document, || words(std::slice::from_ref(&document), printer))?;
    Ok(Exit::Done)
}

fn list(session: &Session, printer: &Printer) -> Result<Exit, Failure> {
    let mut marks = Vec::new();
    for (subject, mark) in session.desk.marked()? {
        let name = name_of(session, &subject)?;
        marks.push(MarkDocument::new(&subject, name, &mark));
    }
    let document = MarksDocument { marks };
    printer.document(&document, || words(&document.marks, printer))?;
    Ok(Exit::Done)
}

/// Title or company name in the catalog; what is marked may be gone from there.
fn name_of(session: &Session, subject: &Subject) -> Result<Option<Clean>, DeskError> {
    Ok(match subject {
        Subject::Offer(key) => session.desk.offer(key)?.map(|offer| offer.title),
        Subject::Supplier(id) => session.desk.supplier(id)?.map(|supplier| supplier.name),
    })
}

/// The same; what is neither in the catalog nor marked already is most likely mistyped.
fn known_as(session: &Session, subject: &Subject) -> Result<Option<Clean>, DeskError> {
    let name = name_of(session, subject)?;
    if name.is_some() || !session.desk.mark_all(subject, &[])?.is_empty() {
        return Ok(name);
    }
    Err(match subject {
        Subject::Offer(key) => DeskError::NoOffer(key.clone()),
        Subject::Supplier(id) => DeskError::NoSupplier(id.clone()),
    })
}

fn words(marks: &[MarkDocument], printer: &Printer) -> String {
    if marks.is_empty() {
        return printer
            .words("nothing is marked", "还没有收藏、标签或备注", "還沒有收藏、標籤或備註")
            .to_owned();
    }
    let heads = [
        (printer.words("fav", "收藏", "收藏"), Lean::Left),
        (printer.words("blocked", "屏蔽", "封鎖"), Lean::Left),
        (printer.words("tags", "标签", "標籤"), Lean::Left),
        (printer.words("note", "备注", "備註"), Lean::Left),
        (printer.words("of", "对象", "對象"), Lean::Left),
        (printer.words("id", "编号", "編號"), Lean::Left),
        (printer.words("name", "名称", "名稱"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = marks
        .iter()
        .map(|mark| {
            vec![
                if mark.favourite { "*".to_owned() } else { String::new() },
                mark.blocked.as_ref().map(ToString::to_string).unwrap_or_default(),
                mark.tags.iter().map(Clean::as_str).collect::<Vec<_>>().join(" "),
                mark.note.to_string(),
                match mark.kind {
                    "offer" => printer.words("offer", "商品", "商品"),
                    _ => printer.words("supplier", "供应商", "供應商"),
                }
                .to_owned(),
                mark.id.clone(),
                mark.name.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string),
            ]
        })
        .collect();
    table(&heads, &rows)
}
