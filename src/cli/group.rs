//! `pifa group`: group-buys, joined and left through the outbox.

use super::args::GroupVerb;
use super::documents::{GroupDocument, GroupsDocument};
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, known, note, table};
use super::session::Profile;
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, SpecId};

pub(super) async fn run(verb: GroupVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.online().await?;
    let desk = &session.desk;
    let (groups, as_of) = match verb {
        GroupVerb::List => match desk.refresh_groups().await {
            Ok((groups, as_of)) => (groups, Some(as_of)),
            Err(error) if error.is_unreachable() => {
                let (groups, as_of) = desk.groups()?;
                note(&format!("no market: group-buys as last read ({error})"));
                (groups, as_of)
            }
            Err(error) => return Err(error.into()),
        },
        GroupVerb::Show { id } => {
            let id = GroupId::new(&id);
            match desk.group(&id).await {
                Ok(group) => (vec![group], Some(desk.now())),
                Err(error) if error.is_unreachable() => {
                    let (groups, as_of) = desk.groups()?;
                    let cached: Vec<GroupBuy> = groups.into_iter().filter(|group| group.id == id).collect();
                    if cached.is_empty() {
                        return Err(error.into());
                    }
                    (cached, as_of)
                }
                Err(error) => return Err(error.into()),
            }
        }
        GroupVerb::Join { id, quantity } => {
            let (group, spec) = match id.split_once(':') {
                Some((group, spec)) => (GroupId::new(group), Some(SpecId::new(spec))),
                None => (GroupId::new(&id), None),
            };
            (vec![desk.join(&group, spec.as_ref(), quantity).await?], Some(desk.now()))
        }
        GroupVerb::Leave { id } => (vec![desk.leave(&GroupId::new(&id)).await?], Some(desk.now())),
    };
    let document = GroupsDocument { groups: groups.into_iter().map(GroupDocument::from).collect(), as_of };
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

pub(super) fn words(document: &GroupsDocument, printer: &Printer) -> String {
    if document.groups.is_empty() {
        return printer.words("no group-buys", "没有团批", "沒有團批").to_owned();
    }
    let heads = [
        (printer.words("price now", "现价", "現價"), Lean::Right),
        (printer.words("alone", "单买", "單買"), Lean::Right),
        (printer.words("joined", "已参团", "已參團"), Lean::Right),
        (printer.words("next step", "下一档", "下一檔"), Lean::Left),
        (printer.words("mine", "我的", "我的"), Lean::Right),
        (printer.words("ends", "截止", "截止"), Lean::Left),
        (printer.words("id", "编号", "編號"), Lean::Left),
        (printer.words("offer", "商品", "商品"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = document
        .groups
        .iter()
        .map(|group| {
            let next = group.steps.iter().find(|step| step.participants > group.participants);
            vec![
                group.price_now.map_or_else(|| "-".to_owned(), |price| price.to_string()),
                known(group.alone_price.as_ref()),
                group.participants.to_string(),
                next.map_or_else(
                    || "-".to_owned(),
                    |step| format!("{} @ {}", step.unit_price, step.participants),
                ),
                if group.my_quantity.is_zero() { String::new() } else { group.my_quantity.to_string() },
                group.deadline.to_string(),
                group.group_id.to_string(),
                printer.title(&group.title, group.title_en.as_ref()).to_owned(),
            ]
        })
        .collect();
    table(&heads, &rows)
}
