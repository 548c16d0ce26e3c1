using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>
/// The vocabulary that a file's weights belong to, as a fingerprint in the file's <c>__metadata__</c>. Row i of an embedding means word i of that vocabulary alone:
/// the same words in another order fit by every shape, and give nonsense.
/// </summary>
public static class VocabularyMark
{
    /// <summary>Its name in the metadata.</summary>
    public const string Name = "vocabulary_sha256";

    /// <summary>The metadata of a file with weights.</summary>
    /// <param name="fingerprint">Of the words in the order of their ids.</param>
    public static IReadOnlyDictionary<string, string> Metadata(string fingerprint) => new Dictionary<string, string> { [Name] = fingerprint };

    /// <summary>Makes sure that weights meet their own vocabulary.</summary>
    /// <param name="file">The weights.</param>
    /// <param name="fingerprint">Of the vocabulary at hand.</param>
    /// <param name="shownAs">The option that led to the file, and its value.</param>
    /// <param name="code">How the program ends where they do not.</param>
    /// <returns>What the user must know of a file that says nothing; null where it fits.</returns>
    /// <exception cref="UserErrorException">The weights belong to another vocabulary.</exception>
    public static string? Check(SafetensorsFile file, string fingerprint, string shownAs, ExitCode code)
    {
        if (!file.Metadata.TryGetValue(Name, out string? own))
        {
            return $"{shownAs}: the file does not say which vocabulary its weights belong to; if its words have other numbers than those of this corpus, all figures are nonsense.";
        }

        return own == fingerprint ? null : throw new UserErrorException(
            code,
            $"{shownAs}: its weights belong to the vocabulary {Short(own)}, this corpus has {Short(fingerprint)}: other words, or the same in another order; name the corpus that they were trained on by --data.");
    }

    private static string Short(string fingerprint) => fingerprint.Length > 16 ? fingerprint[..16] : fingerprint;
}
