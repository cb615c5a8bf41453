"""logging: enabled, disabled and formatted records into a stream."""
import io
import logging

N = 3000


def run(n):
    stream = io.StringIO()
    logger = logging.getLogger('bench.log_lines')
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter('%(levelname)s %(name)s:%(lineno)d %(message)s'))
    logger.addHandler(handler)
    try:
        for i in range(n):
            logger.debug('hidden %d %s', i, stream)
            logger.info('shown %d', i)
            if i % 10 == 0:
                logger.warning('careful: %s of %r', i, 'n')
            for _ in range(5):
                logger.debug('hidden')
    finally:
        logger.removeHandler(handler)
    return len(stream.getvalue())
