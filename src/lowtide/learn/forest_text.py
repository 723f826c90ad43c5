"""Write scikit-learn's trees in LightGBM's text format, whose average is the forest's prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# decision_type, bits 2-3: how a missing value is treated. 0 is "none": there are none here, and the test
# is plainly ``value <= threshold``, as scikit-learn's.
PLAIN_NUMBER = "0"


def forest_text(trees: Sequence[Any], columns: int, outputs: int) -> str:
    """Return the text of a model that averages ``trees``.

    Parameters
    ----------
    trees : scikit-learn ``tree_`` objects; a leaf's value is a mean (regression) or class shares.
    columns : number of columns of the matrix.
    outputs : 1 (regression; binary: share of the second class) or the number of classes, in which case
        each tree is written once a class.

    Notes
    -----
    Thresholds and leaf values are written with 17 digits, so they read back exactly. scikit-learn
    compares 32-bit inputs with 64-bit thresholds; LightGBM compares 64-bit inputs, which must therefore be
    rounded to 32 bits first. ``average_output`` makes LightGBM divide the sum by the number of trees.
    """
    blocks: list[str] = []
    for tree in trees:
        values = np.asarray(tree.value)[:, 0, :]
        picked = range(outputs) if outputs > 1 else [values.shape[1] - 1]
        for output in picked:
            blocks.append(f"Tree={len(blocks)}\n{_tree_text(tree, values[:, output])}\n\n")
    head = [
        "tree",
        "version=v4",
        f"num_class={outputs}",
        f"num_tree_per_iteration={outputs}",
        "label_index=0",
        f"max_feature_idx={columns - 1}",
        "average_output",
        "feature_names=" + " ".join(f"Column_{j}" for j in range(columns)),
        "feature_infos=" + " ".join("[-inf:inf]" for _ in range(columns)),
        "tree_sizes=" + " ".join(str(len(block)) for block in blocks),
        "",
        "",
    ]
    return "\n".join(head) + "".join(blocks) + "end of trees\n\npandas_categorical:null\n"


def _tree_text(tree: Any, value: npt.NDArray[np.float64]) -> str:
    """Return one tree: LightGBM numbers inner nodes and leaves apart; leaf k is written as child -(k+1)."""
    left, right = np.asarray(tree.children_left), np.asarray(tree.children_right)
    leaf = left == -1
    number = np.where(leaf, -np.cumsum(leaf), np.cumsum(~leaf) - 1)
    inner = ~leaf
    counts = np.asarray(tree.n_node_samples)
    weights = np.asarray(tree.weighted_n_node_samples)
    lines = [f"num_leaves={int(leaf.sum())}", "num_cat=0"]
    if inner.any():
        lines += [
            "split_feature=" + _integers(np.asarray(tree.feature)[inner]),
            "split_gain=" + " ".join("0" for _ in range(int(inner.sum()))),
            "threshold=" + _exact(np.asarray(tree.threshold)[inner]),
            "decision_type=" + " ".join(PLAIN_NUMBER for _ in range(int(inner.sum()))),
            "left_child=" + _integers(number[left[inner]]),
            "right_child=" + _integers(number[right[inner]]),
        ]
    lines.append("leaf_value=" + _exact(value[leaf]))
    if inner.any():
        lines += [
            "leaf_weight=" + _short(weights[leaf]),
            "leaf_count=" + _integers(counts[leaf]),
            "internal_value=" + _short(value[inner]),
            "internal_weight=" + _short(weights[inner]),
            "internal_count=" + _integers(counts[inner]),
        ]
    return "\n".join([*lines, "is_linear=0", "shrinkage=1", ""])


def _exact(values: npt.NDArray[np.float64]) -> str:
    return " ".join(repr(float(v)) for v in values)


def _short(values: npt.NDArray[np.float64]) -> str:
    return " ".join(f"{v:.6g}" for v in values)


def _integers(values: npt.NDArray[Any]) -> str:
    return " ".join(str(int(v)) for v in values)
