//! Takes operations out of a list that fails until none can be taken out.

use super::operations::Op;

/// The shortest list that this finds which still fails. Blocks first, then single operations.
pub fn shrink(mut ops: Vec<Op>, fails: impl Fn(&[Op]) -> bool) -> Vec<Op> {
    let mut block = ops.len() / 2;
    while block > 0 {
        let mut at = 0;
        let mut shorter = false;
        while at < ops.len() {
            let without: Vec<Op> = ops.iter().take(at).chain(ops.iter().skip(at + block)).copied().collect();
            if fails(&without) {
                (ops, shorter) = (without, true);
            } else {
                at += block;
            }
        }
        if !shorter || block > 1 {
            block /= 2;
        }
    }
    ops
}

#[test]
fn what_is_left_is_what_it_takes() {
    let ops: Vec<Op> = (0..200).map(|ms| Op::Wait { ms }).collect();
    let fails = |ops: &[Op]| {
        let at = |ms| ops.iter().position(|op| *op == Op::Wait { ms });
        matches!((at(17), at(90), at(180)), (Some(first), Some(second), Some(_)) if first < second)
    };
    assert_eq!(shrink(ops, fails), [17, 90, 180].map(|ms| Op::Wait { ms }));
}
