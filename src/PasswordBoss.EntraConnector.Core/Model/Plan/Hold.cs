using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Whether a planned change is held back, and why. A closed hierarchy: no other derived types.</summary>
public abstract record Hold
{
    private Hold()
    {
    }

    /// <summary>Nothing holds the change back.</summary>
    public static Hold None { get; } = new NotHeld();

    /// <summary>Nothing holds the change back.</summary>
    public sealed record NotHeld : Hold;

    /// <summary>A safety rule refuses the change.</summary>
    /// <param name="Because">Why.</param>
    public sealed record Refused(Problem Because) : Hold;

    /// <summary>The change waits for the next run, because -Force does exactly what the last refusal listed.</summary>
    /// <param name="Because">Why.</param>
    public sealed record Waits(Problem Because) : Hold;
}
