"""The loops of the allocation, in the part of Python that Numba compiles and plain Python runs as it stands.

Everything is an integer: values, prices (in value × scale), uses, and chance (a multiplicative generator), so that the
compiled and the plain run give the same plan on every machine. Arrays may be NumPy's or lists. The letters are the same
throughout: ``i`` a need, ``j`` a product, ``e`` a candidate edge, ``g`` a group with a floor.
"""

from __future__ import annotations

from typing import Any

LOWEST = -(2**62)
MULTIPLIER, MODULUS = 48_271, 2_147_483_647
"""Park and Miller's minimal standard generator: products stay within int64."""
MOST_OUT = 3
"""Picks of other needs that one move may put out of a product."""
SAMPLED = 12
"""Victims looked at in a full product: a search over all of them took a hundred times as long and found no more."""


def respond(
    start: Any, product: Any, bank: Any, scaled: Any, use: Any, limit: Any, fresh: Any, group_start: Any, group: Any,
    price_count: Any, price_use: Any, credit: Any, cover: int,
    used_count: Any, used_use: Any, in_group: Any, top_value: Any, top_edge: Any,
) -> tuple[int, int]:  # fmt: skip
    """What every need would take at these prices, and what it is worth: the inner maximum of the Lagrangian.

    Adds to ``used_count``, ``used_use``, ``in_group``; ``top_value``, ``top_edge`` are room for one need's picks.
    Returns (sum of reduced values with ``cover`` for every need served, needs served).
    """
    total = 0
    served = 0
    for i in range(len(start) - 1):
        extra = 0
        for k in range(group_start[i], group_start[i + 1]):
            extra += credit[group[k]]
        most, size, best, best_edge = limit[i], 0, LOWEST, -1
        for e in range(start[i], start[i + 1]):
            j = product[e]
            reduced = scaled[e] - price_count[j] - price_use[j] * use[e] + extra
            if reduced > best:
                best, best_edge = reduced, e
            if reduced <= 0 or most == 0 or (size == most and reduced <= top_value[size - 1]):
                continue
            # one per bank: the better of the two stays; what was dropped before cannot be missed
            at = size
            for t in range(size):
                if bank[product[top_edge[t]]] == bank[j]:
                    at = t
            if at < size and reduced <= top_value[at]:
                continue
            if at == size:
                if size < most:
                    size += 1
                else:
                    at = size - 1
            while at > 0 and top_value[at - 1] < reduced:
                top_value[at] = top_value[at - 1]
                top_edge[at] = top_edge[at - 1]
                at -= 1
            top_value[at] = reduced
            top_edge[at] = e
        if size == 0 and most > 0 and best_edge >= 0 and best + cover * fresh[i] > 0:
            size = 1
            top_value[0] = best
            top_edge[0] = best_edge
        if size == 0:
            continue
        total += cover * fresh[i]
        served += fresh[i]
        for t in range(size):
            e = top_edge[t]
            total += top_value[t]
            used_count[product[e]] += 1
            used_use[product[e]] += use[e]
        for k in range(group_start[i], group_start[i + 1]):
            in_group[group[k]] += size
    return total, served


def fill(
    order: Any, start: Any, need: Any, product: Any, bank: Any, use: Any, limit: Any, fresh: Any,
    count: Any, quota: Any, group_start: Any, group: Any,
    chosen: Any, slot_start: Any, slots: Any, where: Any, filled: Any, used: Any, picks: Any, in_group: Any,
    served: Any,
) -> None:  # fmt: skip
    """Take the edges of ``order`` one by one wherever they still fit."""
    for k in range(len(order)):
        e = order[k]
        i, j = need[e], product[e]
        if chosen[e] or picks[i] >= limit[i] or filled[j] >= count[j] or used[j] + use[e] > quota[j]:
            continue
        free = True
        for f in range(start[i], start[i + 1]):
            if chosen[f] and bank[product[f]] == bank[j]:
                free = False
        if not free:
            continue
        chosen[e] = 1
        slots[slot_start[j] + filled[j]] = e
        where[e] = filled[j]
        filled[j] += 1
        used[j] += use[e]
        if picks[i] == 0:
            served[0] += fresh[i]
        picks[i] += 1
        for t in range(group_start[i], group_start[i + 1]):
            in_group[group[t]] += 1


def improve(
    tries: int, heat: int, seed: int, core: Any,
    start: Any, need: Any, product: Any, bank: Any, value: Any, use: Any, limit: Any, fresh: Any,
    count: Any, quota: Any, group_start: Any, group: Any, least: Any, floor_weight: int, served_least: int,
    cover_weight: int,
    chosen: Any, slot_start: Any, slots: Any, where: Any, filled: Any, used: Any, picks: Any, in_group: Any,
    served: Any,
    change: Any, out: Any, back: Any,
) -> int:  # fmt: skip
    """Put in edges of ``core``, chosen by chance, at the cost of whatever stands in their way.

    A move takes out the need's other product of that bank, its least product where it has its number, and of a full
    product the least of a few; each of those put out tries once to go elsewhere. It is made when it gains, or loses
    less than a threshold drawn below ``heat``, which falls to nothing over the tries. Returns what was gained in all,
    floors and coverage at their weights; with heat it may be a loss, and the caller keeps the plan it had.
    """
    gained, state = 0, seed
    groups = len(least)
    for turn in range(tries):
        state = state * MULTIPLIER % MODULUS
        e = core[state % len(core)]
        i, j = need[e], product[e]
        if chosen[e] or limit[i] == 0 or count[j] == 0 or use[e] > quota[j]:
            continue
        # who of the need's own has to go
        size, left, weakest = 0, picks[i], -1
        for f in range(start[i], start[i + 1]):
            if chosen[f]:
                if bank[product[f]] == bank[j]:
                    out[size] = f
                    size += 1
                    left -= 1
                elif weakest < 0 or value[f] < value[weakest]:
                    weakest = f
        if left >= limit[i]:
            out[size] = weakest
            size += 1
        own = size
        room_count, room_use = count[j] - filled[j], quota[j] - used[j]
        for t in range(size):
            if product[out[t]] == j:
                room_count += 1
                room_use += use[out[t]]
        # who of the product's: one that suffices and costs least, or the cheapest for what they take, a few at most
        while (room_count < 1 or room_use < use[e]) and size < own + MOST_OUT:
            lack, single, spare = use[e] - room_use, -1, -1
            looked = filled[j]
            offset = 0
            if looked > SAMPLED:
                looked = SAMPLED
                state = state * MULTIPLIER % MODULUS
                offset = state % filled[j]
            for t in range(looked):
                f = slots[slot_start[j] + (offset + t) % filled[j]]
                taken = False
                for s in range(size):
                    if out[s] == f:
                        taken = True
                if taken:
                    continue
                if use[f] >= lack and (single < 0 or value[f] < value[single]):
                    single = f
                if spare < 0 or value[f] * use[spare] < value[spare] * use[f]:
                    spare = f
            if single < 0:
                single = spare
            if single < 0:
                break
            out[size] = single
            size += 1
            room_count += 1
            room_use += use[single]
        if room_count < 1 or room_use < use[e]:
            continue
        delta = value[e]
        for t in range(size):
            delta -= value[out[t]]
        if delta < -4 * heat and size == own:
            continue
        # those of other needs try to go elsewhere
        moved = 0
        for t in range(own, size):
            f = out[t]
            h, other = need[f], -1
            for d in range(start[h], start[h + 1]):
                p = product[d]
                if chosen[d] or p == j or filled[p] >= count[p] or used[p] + use[d] > quota[p]:
                    continue
                if other >= 0 and value[d] <= value[other]:
                    continue
                free = True
                for s in range(moved):
                    if product[back[s]] == p or need[back[s]] == h:
                        free = False
                for s in range(start[h], start[h + 1]):
                    if chosen[s] and s != f and bank[product[s]] == bank[p]:
                        free = False
                if free:
                    other = d
            if other >= 0:
                back[moved] = other
                moved += 1
                delta += value[other]
        # floors and coverage
        lost_needs = 0
        if picks[i] == 0:
            lost_needs -= fresh[i]
        for g in range(groups):
            change[g] = 0
        for k in range(group_start[i], group_start[i + 1]):
            change[group[k]] += 1
        for t in range(size):
            h = need[out[t]]
            for k in range(group_start[h], group_start[h + 1]):
                change[group[k]] -= 1
            if h != i and picks[h] == 1:
                lost_needs += fresh[h]
        for s in range(moved):
            h = need[back[s]]
            for k in range(group_start[h], group_start[h + 1]):
                change[group[k]] += 1
            if picks[h] == 1:
                lost_needs -= fresh[h]
        for g in range(groups):
            if change[g] != 0:
                before = max(0, least[g] - in_group[g])
                delta += floor_weight * (before - max(0, least[g] - in_group[g] - change[g]))
        if lost_needs != 0:
            delta += cover_weight * (max(0, served_least - served[0]) - max(0, served_least - served[0] + lost_needs))
        if delta <= 0:
            if heat == 0:
                continue
            state = state * MULTIPLIER % MODULUS
            threshold = heat * (tries - turn) // tries * (state % 1024) // 1024
            if delta <= -threshold:
                continue
        for t in range(size):
            f = out[t]
            p, h = product[f], need[f]
            chosen[f] = 0
            last = slots[slot_start[p] + filled[p] - 1]
            slots[slot_start[p] + where[f]] = last
            where[last] = where[f]
            filled[p] -= 1
            used[p] -= use[f]
            picks[h] -= 1
        back[moved] = e
        for s in range(moved + 1):
            d = back[s]
            p = product[d]
            chosen[d] = 1
            slots[slot_start[p] + filled[p]] = d
            where[d] = filled[p]
            filled[p] += 1
            used[p] += use[d]
            picks[need[d]] += 1
        for g in range(groups):
            in_group[g] += change[g]
        served[0] -= lost_needs
        gained += delta
    return gained
