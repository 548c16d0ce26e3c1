using System.Globalization;

namespace Compression.Core.Catalog;

/// <summary>The numbers that an option takes, whole ones (exact to the last digit of a long) or real ones, from one end to the other.</summary>
public sealed class NumberRange
{
    private readonly OptionAttribute _declared;
    private readonly Type _type;

    internal NumberRange(OptionAttribute declared, Type type) => (_declared, _type) = (declared, type);

    /// <summary>Both ends are declared.</summary>
    public bool IsClosed => double.IsFinite(_declared.Min) && double.IsFinite(_declared.Max);

    /// <summary>The smallest number that is taken, as an int, a long or a double.</summary>
    public object Smallest => IsReal
        ? _declared.MinExclusive ? Math.BitIncrement(_declared.Min) : _declared.Min
        : Whole(Lowest + (_declared.MinExclusive ? 1 : 0));

    /// <summary>The largest number that is taken, as an int, a long or a double.</summary>
    public object Largest => IsReal
        ? _declared.MaxExclusive ? Math.BitDecrement(_declared.Max) : _declared.Max
        : Whole(Highest - (_declared.MaxExclusive ? 1 : 0));

    private bool IsReal => _type == typeof(double);

    // A double beyond all longs becomes the last of them.
    private decimal Lowest => _type == typeof(int) ? (int)_declared.Min : (long)_declared.Min;

    private decimal Highest => _type == typeof(int) ? (int)_declared.Max : (long)_declared.Max;

    /// <summary>The range for help and errors.</summary>
    public override string ToString()
    {
        string kind = IsReal ? "a number" : "a whole number";
        string low = $"{(_declared.MinExclusive ? "above" : "at least")} {OptionText.Format(IsReal ? _declared.Min : Lowest)}";
        string high = $"{(_declared.MaxExclusive ? "below" : "at most")} {OptionText.Format(IsReal ? _declared.Max : Highest)}";
        return (double.IsFinite(_declared.Min), double.IsFinite(_declared.Max)) switch
        {
            (true, true) => $"{kind} {low} and {high}",
            (true, false) => $"{kind} {low}",
            (false, true) => $"{kind} {high}",
            _ => kind,
        };
    }

    /// <summary>Reads a number.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="number">An int, a long or a double.</param>
    /// <param name="nearest">Of a number that is not taken: the nearest that is; empty where there is none, or it is no number.</param>
    /// <returns>False if it is not taken.</returns>
    public bool TryRead(string text, out object number, out string nearest)
    {
        (number, nearest) = (0, "");
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) || double.IsNaN(real))
        {
            return false;
        }

        return IsReal ? TryReadReal(real, out number, out nearest) : TryReadWhole(text, real, out number, out nearest);
    }

    private bool TryReadReal(double real, out object number, out string nearest)
    {
        number = real;
        bool tooLow = real < (double)Smallest, tooHigh = real > (double)Largest;
        bool excluded = tooLow ? _declared.MinExclusive : _declared.MaxExclusive;
        nearest = !(tooLow || tooHigh) || excluded ? "" : OptionText.Format(tooLow ? Smallest : Largest);
        return !tooLow && !tooHigh && double.IsFinite(real);
    }

    private bool TryReadWhole(string text, double real, out object number, out string nearest)
    {
        number = 0;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact))
        {
            exact = real < 0 ? decimal.MinValue : decimal.MaxValue;
        }

        decimal smallest = Convert.ToDecimal(Smallest, CultureInfo.InvariantCulture), largest = Convert.ToDecimal(Largest, CultureInfo.InvariantCulture);
        decimal inside = Math.Clamp(Math.Round(exact), smallest, largest);

        // A decimal takes what is nearly nothing for nothing.
        bool taken = inside == exact && real == Math.Truncate(real);
        number = taken ? Whole(inside) : 0;
        nearest = taken ? "" : OptionText.Format(inside);
        return taken;
    }

    private object Whole(decimal value) => Convert.ChangeType(value, _type, CultureInfo.InvariantCulture);
}
