//! Whether a tree as JSON holds nothing but what the allow-list allows.

use serde_json::{Map, Value};

use crate::domain::model::{Allowlist, Namespace};

/// Checks one tree. `media_type` answers for the section's attachments, by key.
///
/// # Errors
/// The first thing found that may not stand there, in words.
pub fn check<'f>(tree: &Value, media_type: &dyn Fn(&str) -> Option<&'f str>) -> Result<(), String> {
    let mut check = Check {
        list: Allowlist::get(),
        media_type,
        nodes: 0,
        text: 0,
    };
    check.node(tree, Namespace::Html, 0)
}

struct Check<'c, 'f> {
    list: &'static Allowlist,
    media_type: &'c dyn Fn(&str) -> Option<&'f str>,
    nodes: usize,
    /// UTF-16 code units so far.
    text: usize,
}

impl Check<'_, '_> {
    /// `depth` elements are around this node. Recursion is bounded by that limit.
    fn node(&mut self, node: &Value, around: Namespace, depth: usize) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > self.list.limits().nodes {
            return Err("too many nodes".to_owned());
        }
        match node {
            Value::String(text) => self.text(text),
            Value::Array(parts) => self.element(parts, around, depth + 1),
            _ => Err("a node that is neither text nor element".to_owned()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        self.text += text.encode_utf16().count();
        let fits = self.text <= self.list.limits().text;
        fits.then_some(()).ok_or_else(|| "too much text".to_owned())
    }

    fn element(&mut self, parts: &[Value], around: Namespace, depth: usize) -> Result<(), String> {
        let Some((Value::String(name), rest)) = parts.split_first() else {
            return Err("an element without a name".to_owned());
        };
        let namespace = around.of_child(name);
        if depth > self.list.limits().depth {
            return Err("elements nested too deeply".to_owned());
        }
        if self.list.element(namespace, name).is_none() {
            return Err(format!("the element `{name}`"));
        }
        let children = match rest.split_first() {
            Some((Value::Object(attributes), children)) => {
                self.attributes(namespace, name, attributes)?;
                children
            }
            _ => rest,
        };
        if namespace == Namespace::Html && self.list.is_void(name) && !children.is_empty() {
            return Err(format!("children of `{name}`"));
        }
        children
            .iter()
            .try_for_each(|child| self.node(child, namespace, depth))
    }

    fn attributes(
        &self,
        namespace: Namespace,
        element: &str,
        attributes: &Map<String, Value>,
    ) -> Result<(), String> {
        for (name, value) in attributes {
            let allowed = value.as_str().is_some_and(|value| {
                self.list
                    .attribute(namespace, element, name, value, self.media_type)
            });
            if !allowed {
                return Err(format!("the attribute `{name}` of `{element}`"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn allowed(tree: Value) -> bool {
        check(&tree, &|_| None).is_ok()
    }

    #[test]
    fn text_and_allowed_elements_pass() {
        assert!(allowed(json!("text")));
        assert!(allowed(
            json!(["p", {"class": "a"}, "text", ["br"], ["b", "x"]])
        ));
        assert!(allowed(
            json!(["svg", {"viewBox": "0 0 1 1"}, ["path", {"d": "M0 0"}]])
        ));
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for bad in [
            json!(1),
            json!(null),
            json!({}),
            json!([]),
            json!([["p"]]),
            json!(["p", "x", {}]),
        ] {
            assert!(!allowed(bad.clone()), "{bad}");
        }
        assert!(!allowed(json!(["p", {"class": 1}])));
        assert!(!allowed(json!(["br", "x"])));
    }

    #[test]
    fn each_namespace_has_its_own_elements() {
        assert!(!allowed(json!(["path", {"d": "M0 0"}])));
        assert!(!allowed(json!(["svg", ["p", "x"]])));
        assert!(!allowed(json!(["svg", ["script", "x"]])));
    }

    #[test]
    fn elements_nest_no_deeper_than_the_limit() {
        let nested = |depth| (0..depth).fold(json!("x"), |tree, _| json!(["div", tree]));
        let limit = Allowlist::get().limits().depth;
        assert!(allowed(nested(limit)));
        assert!(!allowed(nested(limit + 1)));
    }

    #[test]
    fn a_tree_has_no_more_nodes_than_the_limit() {
        let wide = |nodes| {
            let mut parts = vec![json!("div")];
            parts.resize(nodes, json!("x"));
            json!(parts)
        };
        let limit = Allowlist::get().limits().nodes;
        assert!(allowed(wide(limit)));
        assert!(!allowed(wide(limit + 1)));
    }
}
