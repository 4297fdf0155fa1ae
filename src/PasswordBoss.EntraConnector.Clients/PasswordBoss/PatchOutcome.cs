using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>What a server did with a change. A change that it refused completely is an error.</summary>
internal abstract record PatchOutcome
{
    private PatchOutcome()
    {
    }

    /// <summary>There was nothing to send.</summary>
    internal sealed record NothingSent : PatchOutcome;

    /// <summary>The server accepted the whole change.</summary>
    /// <param name="Response">The last response.</param>
    internal sealed record Accepted(ScimResponse Response) : PatchOutcome;

    /// <summary>The server accepted some attributes and refused others.</summary>
    /// <param name="Response">The last successful response.</param>
    /// <param name="RefusedPaths">The paths of the refused attributes.</param>
    /// <param name="Error">Why they were refused.</param>
    internal sealed record PartlyAccepted(ScimResponse Response, ISet<string> RefusedPaths, Problem Error) : PatchOutcome;
}
