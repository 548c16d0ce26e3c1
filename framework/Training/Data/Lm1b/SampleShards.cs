using System.Security.Cryptography;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// The sample corpus in the form of One Billion Words, for runs that have no other: its sentences cut into training shards, its valid split held out.
/// </summary>
public static class SampleShards
{
    /// <summary>Words of the vocabulary, <c>&lt;S&gt;</c> and <c>&lt;UNK&gt;</c> included.</summary>
    public const int Words = 1170;

    private const int Shards = 8;

    /// <summary>The folder that holds them, which is written where it is missing.</summary>
    /// <param name="cache">Where such folders lie; each bears the checksum of its text.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be written.</exception>
    public static string FolderIn(string cache)
    {
        byte[] train = SampleCorpus.TextOf(PtbCorpus.TrainFile), valid = SampleCorpus.TextOf(PtbCorpus.ValidFile);
        string name = $"lm1b-sample-{Convert.ToHexStringLower(SHA256.HashData([.. train, .. valid]))[..8]}";
        string folder = Path.Combine(cache, name);
        if (!Directory.Exists(folder))
        {
            Write(folder, train, valid);
        }

        return folder;
    }

    // Beside its place, so that it is there whole or not at all; whoever comes second lets the first have it.
    private static void Write(string folder, byte[] train, byte[] valid)
    {
        string staged = $"{folder}.{Environment.ProcessId}.partial";
        try
        {
            Directory.CreateDirectory(staged);
            string text = Path.Combine(staged, "text");
            File.WriteAllBytes(text, [.. train, .. valid]);
            HeldoutSplit.Write(text, train.AsSpan().Count((byte)'\n'), Shards, vocabulary: null, staged);
            File.Delete(text);
            Directory.Move(staged, folder);
        }
        catch (Exception) when (Directory.Exists(folder))
        {
            Directory.Delete(staged, recursive: true);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Environment, $"{folder}: the sample corpus cannot be written there: {cause.Message}", cause);
        }
    }
}
