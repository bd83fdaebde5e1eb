"""Bytes as words that two people can compare over the telephone: one plain word a byte.

The list is part of the format: a word never moves, so that old notes still read the same.
"""

from __future__ import annotations

_LIST = """
    acorn alarm album amber anchor animal apple apron arrow artist atlas autumn bacon badge
    bakery balcony bamboo banana bandage banjo barrel basket battery beaver bedroom beetle
    bicycle biscuit blanket blossom bottle bracelet bridge broom bucket buffalo butter button
    cabbage cactus camel camera candle canyon captain carpet carrot castle cattle cellar cherry
    chimney cinema circle clover coconut coffee comet compass copper cotton cousin cradle crayon
    cricket crystal curtain daisy dancer dentist desert diamond dinner dolphin donkey dragon
    drawer dream drummer eagle editor elbow elephant engine envelope evening falcon farmer
    father feather fiddle finger flamingo flute forest fountain garden garlic geyser ginger
    giraffe glacier goblet grammar granite guitar gymnast hammer harbor harvest helmet hermit
    highway honey horizon hotel humble hunter iceberg igloo insect island ivory jacket jaguar
    jasmine jelly jewel jigsaw jungle juniper kangaroo kettle kingdom kitchen kitten ladder
    lagoon lantern laundry lawyer lemon leopard library lizard lobster locket lumber magnet
    mango marble market meadow medal melon midnight mirror monkey morning mother motor mountain
    muffin museum mustard napkin needle nephew nickel notebook nursery nutmeg oasis octopus
    office olive onion orange orchard otter oven oxygen paddle palace panda paper parrot pebble
    pelican pencil pepper piano picnic pigeon pillow pirate planet plastic pocket poet pony
    potato prairie pumpkin puppet puzzle pyramid rabbit radio rainbow raisin ribbon river robot
    rocket rooster ruby saddle salad salmon sandal scarf school scissor shadow shelter silver
    singer spider sponge squirrel stadium starfish sugar summer sunset tailor teacher temple
    tiger timber tomato tractor trumpet tulip tunnel turtle umbrella valley velvet village
    violin walnut window winter zebra
"""
WORDS = tuple(_LIST.split())


def spoken(data: bytes) -> str:
    """One word for each byte."""
    return " ".join(WORDS[byte] for byte in data)
