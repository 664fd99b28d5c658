"""From a detector's configuration to scenes, and to the photos it is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from handypose_tf.data import open_source
from handypose_tf.data.credits import DataCredits
from handypose_tf.data.pipeline import list_pictures
from handypose_tf.data.readers import OnError
from handypose_tf.data.scenes.maker import SceneMaker, scene_boxes
from handypose_tf.data.scenes.pictures import ScenePicture, read_pictures
from handypose_tf.data.scenes.pipeline import ScenePipeline
from handypose_tf.evaluation.finding import LabelledPhoto, labelled_photos
from handypose_tf.models.presets import DETECTORS
from handypose_tf.tasks.detector_config import DetectorConfig, PictureSourceConfig

#: One background in so many is for the validation.
_HELD_OUT_BACKGROUNDS = 10

#: Pictures of a data set.
Pictures = list[list[ScenePicture]]


def read_sources(sources: Sequence[PictureSourceConfig], on_error: str) -> Pictures:
    """Return the pictures of each data set.

    Raises:
        DataError: If one cannot be read.
    """
    return [
        read_pictures(
            source.source,
            images=source.images,
            ignored=source.ignored,
            on_error=cast(OnError, on_error),
        )
        for source in sources
    ]


def read_credits(
    sources: Sequence[PictureSourceConfig], licence: str | None
) -> dict[str, DataCredits]:
    """Return what each data set states of its licences and of who labelled it.

    Args:
        sources: The data sets.
        licence: Of those whose files state none.
    """
    readers = {
        source.source: open_source(source.source, images=source.images, verify=False)
        for source in sources
    }
    return {
        name: reader.credits.or_licence(licence) for name, reader in readers.items()
    }


def open_scenes(
    config: DetectorConfig, training: Pictures, validation: Pictures
) -> tuple[ScenePipeline, ScenePipeline | None]:
    """Return the scenes to train on, and those to validate on if there are data.

    Raises:
        DataError: If data are missing, bad, or too few.
    """
    data = config.data
    own = DETECTORS[config.model.preset].model.image_size[0]
    side = config.model.image_size or own
    threads = {} if data.num_threads is None else {"num_threads": data.num_threads}
    common: dict[str, Any] = {
        "image_size": (side, side),
        "batch_size": config.batch_size,
        **threads,
    }
    files = list_pictures(data.backgrounds)
    held_out = files[::_HELD_OUT_BACKGROUNDS]
    rest = sorted({*files} - {*held_out})
    train = ScenePipeline(
        maker=_maker(config, data.train, training, rest),
        num_samples=data.samples_per_epoch,
        augmentation=config.augmentation,
        seed=config.seed,
        **common,
    )
    if not data.validation:
        return train, None
    return train, ScenePipeline(
        maker=_maker(config, data.validation, validation, held_out),
        num_samples=data.validation_scenes,
        changing=False,
        drop_remainder=False,
        **common,
    )


def photos_of(
    sources: Sequence[PictureSourceConfig], pictures: Pictures
) -> list[LabelledPhoto]:
    """Return whole photos, the first ones of each data set."""
    photos: list[LabelledPhoto] = []
    for source, group in zip(sources, pictures, strict=True):
        for picture in group[: source.photos]:
            path = picture.records[0].image_path
            photos += labelled_photos(
                picture.records, tight=True, ignored={path: picture.possible}
            )
    return photos


def photos_of_scenes(pipeline: ScenePipeline) -> list[LabelledPhoto]:
    """Return the scenes of a validation as photos."""
    side = pipeline.image_size[0]
    scenes = []
    for number in range(pipeline.num_samples):
        image, hands = pipeline.maker.make(side, (pipeline.seed, number))
        scenes.append(LabelledPhoto(*scene_boxes(hands, side), image=image))
    return scenes


def _maker(
    config: DetectorConfig,
    sources: Sequence[PictureSourceConfig],
    pictures: Pictures,
    backgrounds: Sequence[str],
) -> SceneMaker:
    weights = [source.weight for source in sources]
    groups = [*zip(pictures, weights, strict=True)]
    return SceneMaker(groups, [*map(Path, backgrounds)], config.scenes)
