using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>The role of a host, which decides how requests to it are retried and limited.</summary>
/// <param name="Setting">The setting that names its address.</param>
/// <param name="RepeatsPosts">Whether a POST has the same effect when it is sent twice, so that it may be retried.</param>
internal sealed record EndpointRole(string Setting, bool RepeatsPosts)
{
    /// <summary>Issues access tokens.</summary>
    public static EndpointRole SignIn { get; } = new(nameof(ConnectionSettings.AuthorityHost), RepeatsPosts: true) { HasLimitForAllTries = true };

    /// <summary>Microsoft Graph, read only: its POST requests are batches of reads and checks.</summary>
    public static EndpointRole GraphReads { get; } = new(nameof(ConnectionSettings.GraphEndpoint), RepeatsPosts: true);

    /// <summary>Microsoft Graph, where a POST creates something.</summary>
    public static EndpointRole GraphWrites { get; } = new(nameof(ConnectionSettings.GraphEndpoint), RepeatsPosts: false);

    /// <summary>The SCIM server of Password Boss, where a POST creates something.</summary>
    public static EndpointRole PasswordBoss { get; } = new(nameof(ConnectionSettings.PasswordBossUri), RepeatsPosts: false);

    /// <summary>A receiver of alerts. A message that is sent twice may be shown twice.</summary>
    public static EndpointRole Webhook { get; } = new("Uri", RepeatsPosts: false);

    /// <summary>Whether all tries of a request share one time limit (<see cref="HttpTiming.SignInLimit"/>).</summary>
    public bool HasLimitForAllTries { get; private init; }

    /// <summary>The times and limits of the host.</summary>
    /// <param name="timing">The times and limits of all hosts.</param>
    public HttpTiming TimingFor(HttpTiming timing) =>
        this == SignIn ? timing with { MaxResponseBytes = Math.Min(timing.MaxResponseBytes, timing.MaxSignInResponseBytes) } : timing;
}
