using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The clock of this machine, and the connection to the sign-in host and to Microsoft Graph: name resolution, proxy, TLS.</summary>
internal sealed class NetworkChecks
{
    private readonly ConnectionSettings connection;
    private readonly CheckList list;
    // Null for a sandbox, whose hosts are in this process.
    private readonly EndpointReach? signIn;
    private readonly EndpointReach? graph;

    private NetworkChecks(ConnectionSettings connection, CheckList list, EndpointReach? signIn, EndpointReach? graph)
    {
        this.connection = connection;
        this.list = list;
        this.signIn = signIn;
        this.graph = graph;
    }

    /// <summary>Whether a sign-in is worth a try. A proxy may refuse a probe, which does not authenticate to the proxy, and still let a request pass.</summary>
    public bool SignInMayWork => signIn is null or { Stage: ReachStage.Reached } or { Proxy: not null };

    public static async Task<NetworkChecks> ProbeAsync(ConnectionSettings connection, CheckList list, IEndpointProbe probe, CancellationToken cancellationToken)
    {
        if (connection.IsSandbox)
            return new NetworkChecks(connection, list, null, null);
        var authorityReach = await probe.ProbeAsync(connection.AuthorityHost, cancellationToken).ConfigureAwait(false);
        var graphReach = await probe.ProbeAsync(connection.GraphEndpoint, cancellationToken).ConfigureAwait(false);
        return new NetworkChecks(connection, list, authorityReach, graphReach);
    }

    /// <summary>Adds the three results.</summary>
    /// <param name="clockDifference">How far the clock is ahead of the sign-in host's, measured by the sign-in; null if there was none.</param>
    public void Report(TimeSpan? clockDifference)
    {
        ReportClock(clockDifference);
        Report("SignInHost", connection.AuthorityHost, signIn);
        Report("Graph", connection.GraphEndpoint, graph);
    }

    private void ReportClock(TimeSpan? difference)
    {
        if (new[] { signIn, graph }.FirstOrDefault(r => r?.Stage == ReachStage.CertificateTime) is { } reach)
            list.Add("Clock", CheckStatus.Failed, Texts.CheckClockByCertificate(reach.Reason), Texts.CheckFixClock);
        else if (difference is not { } known)
            list.Add("Clock", CheckStatus.Skipped, Texts.CheckClockUnknown);
        else if (known.Duration() <= ClockDifference.Limit)
            list.Add("Clock", CheckStatus.Passed, Texts.CheckClock(ClockDifference.Format(known)));
        else
            // A client secret does not depend on the time, but TLS, logs and the histories of both sides do.
            list.Add(
                "Clock",
                connection.Credential == CredentialKind.ClientSecret ? CheckStatus.Warning : CheckStatus.Failed,
                known < TimeSpan.Zero ? Texts.SignInClockBehind(ClockDifference.Format(known)) : Texts.SignInClockAhead(ClockDifference.Format(known)),
                Texts.CheckFixClock);
    }

    private void Report(string name, Uri endpoint, EndpointReach? reach)
    {
        var host = endpoint.Authority;
        if (reach is null)
        {
            list.Add(name, CheckStatus.Skipped, Texts.CheckInProcess);
            return;
        }

        var way = reach.Proxy is null ? Texts.WayDirect : Texts.WayProxy(reach.Proxy.Authority);
        switch (reach.Stage)
        {
            case ReachStage.Reached when reach.Protocol is null:
                list.Add(name, CheckStatus.Passed, Texts.CheckReachedPlain(host, way));
                break;
            case ReachStage.Reached:
                list.Add(name, CheckStatus.Passed, Texts.CheckReached(host, way, reach.Protocol, reach.Issuer ?? "?"));
                break;
            case ReachStage.NameResolution:
                list.Add(name, CheckStatus.Failed, Texts.CheckNoName(reach.Proxy?.Host ?? endpoint.Host, reach.Reason), Texts.CheckFixNoName(reach.Proxy?.Host ?? endpoint.Host));
                break;
            case ReachStage.Connection:
                list.Add(
                    name,
                    CheckStatus.Failed,
                    Texts.CheckNoConnection(reach.Proxy?.Authority ?? host, string.Join(", ", reach.Addresses), reach.Reason),
                    Texts.CheckFixNoConnection(reach.Proxy?.Authority ?? host));
                break;
            case ReachStage.Proxy:
                list.Add(name, CheckStatus.Warning, Texts.CheckProxyRefuses(reach.Proxy?.Authority ?? host, host, reach.Reason), Texts.CheckFixProxyRefuses(host));
                break;
            case ReachStage.CertificateTime:
                list.Add(name, CheckStatus.Failed, Texts.CheckClockByCertificate(reach.Reason), Texts.CheckFixClock);
                break;
            default:
                list.Add(name, CheckStatus.Failed, Texts.CheckNotTrusted(host, way, reach.Issuer ?? "?", reach.Reason), Texts.CheckFixNotTrusted(host));
                break;
        }
    }
}
