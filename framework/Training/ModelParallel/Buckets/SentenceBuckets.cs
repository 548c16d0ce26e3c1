using System.Collections.Immutable;
using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.ModelParallel.Buckets;

/// <summary>Sentences by the smallest bucket that holds them; those that none holds are dropped.</summary>
public sealed class SentenceBuckets
{
    private SentenceBuckets(SentenceText text, ImmutableArray<int> lengths, ImmutableArray<ImmutableArray<int>> members, int dropped, long droppedTokens)
    {
        Text = text;
        Lengths = lengths;
        Members = members;
        Dropped = dropped;
        DroppedTokens = droppedTokens;
    }

    /// <summary>Where the sentences stand.</summary>
    public SentenceText Text { get; }

    /// <summary>Tokens that a sentence of each bucket may have, ascending.</summary>
    public ImmutableArray<int> Lengths { get; }

    /// <summary>The sentences of each bucket, in the order of the text.</summary>
    public ImmutableArray<ImmutableArray<int>> Members { get; }

    /// <summary>Sentences longer than the longest bucket.</summary>
    public int Dropped { get; }

    /// <summary>Their tokens.</summary>
    public long DroppedTokens { get; }

    /// <summary>Tokens of all that are kept.</summary>
    public long Tokens => Text.Tokens - DroppedTokens;

    /// <summary>Sentences that are kept.</summary>
    public int Sentences => Text.Count - Dropped;

    /// <summary>Share of a pass over all sentences that is padding, 0 to 1.</summary>
    public double PaddingShare
    {
        get
        {
            double positions = Members.Select((members, bucket) => (double)members.Length * Lengths[bucket]).Sum();
            return positions == 0 ? 0 : 1 - (Tokens / positions);
        }
    }

    /// <summary>Deals out the sentences of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengths">As in <see cref="Lengths"/>.</param>
    /// <param name="keepAll">Adds a bucket as long as the longest sentence, so that none is dropped.</param>
    public static SentenceBuckets Of(SentenceText text, IReadOnlyList<int> lengths, bool keepAll = false)
    {
        int longest = Enumerable.Range(0, text.Count).Max(text.Length);
        ImmutableArray<int> all = keepAll && longest > lengths[^1] ? [.. lengths, longest] : [.. lengths];
        var members = all.Select(_ => ImmutableArray.CreateBuilder<int>()).ToArray();
        int dropped = 0;
        long droppedTokens = 0;
        for (int sentence = 0; sentence < text.Count; sentence++)
        {
            int length = text.Length(sentence);
            int bucket = Smallest(all, length);
            if (bucket < 0)
            {
                dropped++;
                droppedTokens += length;
            }
            else
            {
                members[bucket].Add(sentence);
            }
        }

        return new SentenceBuckets(text, all, [.. members.Select(member => member.ToImmutable())], dropped, droppedTokens);
    }

    /// <summary>Reads the value of <c>--buckets</c>.</summary>
    /// <param name="list">Lengths parted by commas, ascending; <c>none</c> for one bucket.</param>
    /// <param name="single">Length of that one.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static ImmutableArray<int> ParseLengths(string list, int single)
    {
        if (list == "none")
        {
            return [single];
        }

        var lengths = ImmutableArray.CreateBuilder<int>();
        foreach (string word in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length < 1 || (lengths.Count > 0 && length <= lengths[^1]))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"--buckets {list}: '{word}' is no length above the one before it; write ascending numbers, as in 8,16,24,32,60, or none.");
            }

            lengths.Add(length);
        }

        return lengths.ToImmutable();
    }

    /// <summary>One line: sentences a bucket, dropped, share of padding.</summary>
    /// <param name="split">Name of the text.</param>
    public string Describe(string split)
    {
        var culture = CultureInfo.InvariantCulture;
        string buckets = string.Join(", ", Lengths.Select((length, bucket) => string.Create(culture, $"{length}: {Members[bucket].Length:N0}")));
        string dropped = Dropped == 0
            ? "none dropped"
            : string.Create(culture, $"{Dropped:N0} dropped with {DroppedTokens:N0} {Plural.Of(DroppedTokens, "token")}, longer than {Lengths[^1]}");
        return string.Create(culture, $"{split}: {Sentences:N0} {Plural.Of(Sentences, "sentence")} by bucket ({buckets}), {dropped}; {100 * PaddingShare:F1} % of a pass is padding");
    }

    private static int Smallest(ImmutableArray<int> lengths, int length)
    {
        for (int bucket = 0; bucket < lengths.Length; bucket++)
        {
            if (length <= lengths[bucket])
            {
                return bucket;
            }
        }

        return -1;
    }
}
