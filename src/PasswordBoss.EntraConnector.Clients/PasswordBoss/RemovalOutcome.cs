using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>What a server did with the removal of members. Any other refusal is an error.</summary>
internal abstract record RemovalOutcome
{
    private RemovalOutcome()
    {
    }

    /// <summary>The members are removed.</summary>
    internal sealed record Done : RemovalOutcome;

    /// <summary>The server did not find all members, and removed none.</summary>
    internal sealed record NotFound : RemovalOutcome;

    /// <summary>The server refuses the form of the request: several operations, or a filter in a path.</summary>
    /// <param name="Error">The error if no other form helps.</param>
    internal sealed record FormRefused(Problem Error) : RemovalOutcome;
}
