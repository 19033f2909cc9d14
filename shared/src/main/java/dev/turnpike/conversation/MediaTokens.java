package dev.turnpike.conversation;

import dev.turnpike.conversation.Item.Part;
import dev.turnpike.tokens.ImageSize;
import java.nio.CharBuffer;
import java.util.Optional;

/// What PDFs and videos take of a prompt, for which only their size speaks.
final class MediaTokens {
    /// What Gemini, whose documentation says so (2026), makes of a second of video with its sound; others are near it.
    private static final long TOKENS_PER_VIDEO_SECOND = 300;

    /// In base64, at a megabit per second, which is usual for what is small enough to be sent along.
    private static final long CHARACTERS_PER_VIDEO_SECOND = 1_000_000 / 8 * 4 / 3;

    private static final long SECONDS_OF_LINKED_VIDEO = 30;

    /// Of the longest that Gemini takes, and at the lowest rate at which there is something to see.
    private static final long MOST_SECONDS_OF_LINKED_VIDEO = 3_600;

    private static final int MOST_VIDEO_FACTOR = 8;

    /// A model reads the text of each page and sees it as an image; how many there are, only the size tells.
    private static final long LEAST_PDF_TOKENS = 500;

    private static final int CHARACTERS_PER_PDF_TOKEN = 20;

    /// A page of a few lines takes about 4,000 characters, and 2,000 tokens where much is written on it. OpenAI takes
    /// 100 pages at most.
    private static final int FEWEST_CHARACTERS_PER_PDF_TOKEN = 2;

    private static final long MOST_PDF_TOKENS = 250_000;
    private static final String BASE64 = ";base64,";

    private MediaTokens() {}

    static long of(Part.File pdf, boolean most) {
        int characters = pdf.data().length();
        return most
                ? Math.min(MOST_PDF_TOKENS, 4 * LEAST_PDF_TOKENS + characters / FEWEST_CHARACTERS_PER_PDF_TOKEN)
                : LEAST_PDF_TOKENS + characters / CHARACTERS_PER_PDF_TOKEN;
    }

    static long of(Part.Video video, boolean most) {
        long seconds = 1 + video.url().length() / CHARACTERS_PER_VIDEO_SECOND;
        if (video.isLinked()) {
            seconds = most ? MOST_SECONDS_OF_LINKED_VIDEO : SECONDS_OF_LINKED_VIDEO;
        } else if (most) {
            seconds *= MOST_VIDEO_FACTOR;
        }
        return seconds * TOKENS_PER_VIDEO_SECOND;
    }

    /// Empty for what is linked, or cannot be read.
    static Optional<ImageSize> size(Part.Image image) {
        int begin = image.isLinked() ? -1 : image.url().indexOf(BASE64);
        return begin < 0
                ? Optional.empty()
                : ImageSize.ofBase64(CharBuffer.wrap(
                        image.url(), begin + BASE64.length(), image.url().length()));
    }
}
