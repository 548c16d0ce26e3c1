using ScottPlot;
using SkiaSharp;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>Texts outside of the axes.</summary>
/// <param name="size">Height of the letters in points.</param>
/// <param name="colour">Six hexadecimal digits after #.</param>
/// <param name="alignment">Which of its corners or edges a place means.</param>
internal sealed class Lettering(float size, string colour, Alignment alignment) : IDisposable
{
    private readonly Paint _paint = Paint.NewDisposablePaint();
    private readonly LabelStyle _style = new() { FontSize = size, ForeColor = Color.FromHex(colour), Alignment = alignment };

    /// <summary>Height of a line in points.</summary>
    public float LineHeight => _style.Measure("x", _paint).LineHeight * 1.1f;

    /// <summary>Width of a line in points.</summary>
    public float Width(string text) => _style.Measure(text, _paint).Width;

    /// <summary>Breaks a text into lines that are no wider than <paramref name="width"/> points: between words, and within a word that is wider.</summary>
    public IReadOnlyList<string> Wrap(string text, float width)
    {
        var lines = new List<string>();
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            string line = lines.Count > 0 ? $"{lines[^1]} {word}" : word;
            if (lines.Count > 0 && Width(line) <= width)
            {
                lines[^1] = line;
                continue;
            }

            lines.Add(word);
            while (Width(lines[^1]) > width && lines[^1].Length > 1)
            {
                string rest = lines[^1];
                int fits = Enumerable.Range(1, rest.Length - 1).TakeWhile(length => Width(rest[..length]) <= width).LastOrDefault(1);
                lines[^1] = rest[..fits];
                lines.Add(rest[fits..]);
            }
        }

        return lines;
    }

    /// <summary>Draws lines, the first at a place.</summary>
    public void Draw(SKCanvas canvas, IReadOnlyList<string> lines, float x, float y)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            _style.Render(canvas, new Pixel(x, y + (i * LineHeight)), _paint, lines[i]);
        }
    }

    public void Dispose() => _paint.Dispose();
}
