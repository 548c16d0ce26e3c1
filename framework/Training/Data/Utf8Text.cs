namespace Compression.Training.Data;

/// <summary>What all readers of text make of the bytes of a file.</summary>
internal static class Utf8Text
{
    /// <summary>Which bytes no text holds, for messages.</summary>
    public const string ZeroByte = "a zero byte, as in UTF-16 or in a file that is no text; convert it to UTF-8";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>A file's text behind the byte order mark that some editors open it with.</summary>
    /// <param name="file">From the first byte on.</param>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> file) => file.StartsWith(ByteOrderMark) ? file[ByteOrderMark.Length..] : file;
}
