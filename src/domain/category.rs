//! The market's tree of categories, as kept beside its listings: searches name them, facets count them.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::domain::text::Clean;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Id.
    pub id: i64,
    /// Id of the one above; 0 = none.
    pub parent: i64,
    /// Chinese name.
    pub name: Clean,
    /// Translated name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<Clean>,
    /// Whether offers are in it and no further categories.
    pub leaf: bool,
}

/// A category with how many offers are in it, in the order of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryCount {
    /// Id.
    pub id: i64,
    /// Chinese name; the number where the tree does not know it.
    pub name: Clean,
    /// Translated name, where known.
    pub name_en: Option<Clean>,
    /// Name and translated name of the one above.
    pub above: Option<(Clean, Option<Clean>)>,
    /// How many are above it.
    pub depth: usize,
    /// Offers in it and below it.
    pub count: usize,
}

/// The categories that have offers, every one after the one above it, of those beside each other the one with most
/// offers first. `counts` are by leaf; what the tree does not know comes last, by its number.
pub fn counted(tree: &[Category], counts: &HashMap<i64, usize>) -> Vec<CategoryCount> {
    let by_id: HashMap<i64, &Category> = tree.iter().map(|category| (category.id, category)).collect();
    let mut sums: HashMap<i64, usize> = HashMap::new();
    for (id, count) in counts {
        // A tree that bites its tail is walked round once.
        let mut seen = HashSet::new();
        let mut at = Some(*id);
        while let Some(id) = at.filter(|id| seen.insert(*id)) {
            *sums.entry(id).or_default() += count;
            at = by_id.get(&id).map(|category| category.parent).filter(|parent| *parent != 0);
        }
    }
    let mut below: HashMap<i64, Vec<&Category>> = HashMap::new();
    for category in by_id.values().filter(|category| sums.contains_key(&category.id)) {
        let parent = Some(category.parent).filter(|parent| by_id.contains_key(parent)).unwrap_or(0);
        below.entry(parent).or_default().push(category);
    }
    let of = |id: &i64| sums.get(id).copied().unwrap_or(0);
    for children in below.values_mut() {
        children.sort_by_key(|category| (of(&category.id), std::cmp::Reverse(category.id)));
    }
    let mut open: Vec<(&Category, usize)> = Vec::new();
    open.extend(below.remove(&0).into_iter().flatten().map(|category| (category, 0)));
    let mut listed = Vec::new();
    while let Some((category, depth)) = open.pop() {
        let above = by_id.get(&category.parent).map(|above| (above.name.clone(), above.name_en.clone()));
        listed.push(CategoryCount {
            id: category.id,
            name: category.name.clone(),
            name_en: category.name_en.clone(),
            above,
            depth,
            count: of(&category.id),
        });
        open.extend(below.remove(&category.id).into_iter().flatten().map(|child| (child, depth + 1)));
    }
    let mut unknown: Vec<(&i64, &usize)> = counts.iter().filter(|(id, _)| !by_id.contains_key(id)).collect();
    unknown.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), **id));
    listed.extend(unknown.into_iter().map(|(id, count)| CategoryCount {
        id: *id,
        name: Clean::new(&id.to_string()),
        name_en: None,
        above: None,
        depth: 0,
        count: *count,
    }));
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i64, parent: i64) -> Category {
        Category { id, parent, name: Clean::new(&format!("c{id}")), name_en: None, leaf: true }
    }

    #[test]
    fn every_category_follows_the_one_above_it_with_the_sum_of_those_below() {
        let tree = [node(11, 1), node(12, 1), node(1, 0), node(2, 0), node(21, 2), node(3, 0), node(99, 98)];
        let counts = HashMap::from([(11, 2), (12, 5), (21, 6), (99, 1), (7, 3)]);
        let listed: Vec<_> =
            counted(&tree, &counts).into_iter().map(|row| (row.id, row.depth, row.count)).collect();
        assert_eq!(listed, [(1, 0, 7), (12, 1, 5), (11, 1, 2), (2, 0, 6), (21, 1, 6), (99, 0, 1), (7, 0, 3)]);
    }

    #[test]
    fn a_tree_that_bites_its_tail_ends() {
        let tree = [node(1, 2), node(2, 1), node(3, 3)];
        let listed = counted(&tree, &HashMap::from([(1, 1), (3, 4)]));
        assert!(listed.len() <= 3);
    }
}
