namespace Compression.Training.Data;

/// <summary>Spells the sample corpus's words: pronounceable, no two alike.</summary>
internal static class SampleSpelling
{
    private const string Consonants = "bdfghjklmnprstvz";
    private const string Vowels = "aeiou";
    private static readonly int Syllables = Consonants.Length * Vowels.Length;

    /// <summary>Word <paramref name="index"/>, two syllables; distinct for 0 to 6,399.</summary>
    public static string Word(int index)
    {
        // A multiplier coprime to 6,400 scatters neighbours, so that spelling does not give the class away to a reader.
        int scattered = index * 2741 % (Syllables * Syllables);
        return Syllable(scattered / Syllables) + Syllable(scattered % Syllables);
    }

    private static string Syllable(int index) => $"{Consonants[index / Vowels.Length]}{Vowels[index % Vowels.Length]}";
}
