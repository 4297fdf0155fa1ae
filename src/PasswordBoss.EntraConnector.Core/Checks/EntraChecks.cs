using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The Entra side: network, token, permissions, groups, and the expiry of the credential.</summary>
internal sealed class EntraChecks
{
    private static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(30);
    private static readonly string[] AfterSignIn = { "Application", "Permissions", "UserGroup", "Members", "AdditionalGroups" };

    private readonly IConnectorFactory factory;
    private readonly ConnectionSettings connection;
    private readonly CheckList list;

    public EntraChecks(IConnectorFactory factory, ConnectionSettings connection, CheckList list)
    {
        this.factory = factory;
        this.connection = connection;
        this.list = list;
    }

    public async Task RunAsync(ConnectionSecrets? secrets, CancellationToken cancellationToken)
    {
        var network = new NetworkChecks(connection, list);
        await network.ProbeAsync(factory.Probe, cancellationToken).ConfigureAwait(false);
        var directory = TryOpen(secrets, out var refusal);
        SignInFacts? facts = null;
        using (directory)
        {
            // For an unreachable host, a sign-in would only retry and wait.
            if (directory is not null && network.SignInMayWork)
                (facts, refusal) = await TrySignInAsync(directory, cancellationToken).ConfigureAwait(false);
            network.Report(directory?.ClockDifference);
            CheckSignIn(facts, refusal);
            if (facts is null)
            {
                list.Skip(AfterSignIn);
            }
            else
            {
                TokenChecks.Run(connection, facts, list);
                await new GroupChecks(directory!, connection, list).RunAsync(cancellationToken).ConfigureAwait(false);
            }

            await CheckExpiryAsync(directory, facts, cancellationToken).ConfigureAwait(false);
        }
    }

    private IDirectoryReader? TryOpen(ConnectionSecrets? secrets, out Problem? refusal)
    {
        refusal = null;
        try
        {
            return secrets is null ? null : factory.OpenDirectory(connection, secrets);
        }
        catch (ConnectorException e)
        {
            refusal = e.Problem;
            return null;
        }
    }

    private static async Task<(SignInFacts?, Problem?)> TrySignInAsync(IDirectoryReader directory, CancellationToken cancellationToken)
    {
        try
        {
            return (await directory.SignInAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (ConnectorException e)
        {
            return (null, e.Problem);
        }
    }

    private void CheckSignIn(SignInFacts? facts, Problem? refusal)
    {
        if (refusal is not null)
            list.Fail("SignIn", refusal);
        else if (facts is null)
            list.Skip("SignIn");
        else
            list.Add("SignIn", CheckStatus.Passed, Texts.CheckSignIn(connection.AuthorityHost.Host));
    }

    private async Task CheckExpiryAsync(IDirectoryReader? directory, SignInFacts? facts, CancellationToken cancellationToken)
    {
        var expires = connection.SecretExpires;
        if (facts is not null)
        {
            try
            {
                expires = await directory!.FindCredentialExpiryAsync(cancellationToken).ConfigureAwait(false) ?? expires;
            }
            catch (ConnectorException)
            {
                // Fall back to the stored date.
            }
        }

        if (connection.Credential == CredentialKind.ManagedIdentity || connection.IsSandbox)
            list.Add("SecretExpiry", CheckStatus.Skipped, Texts.CheckExpiryNever);
        else if (expires is not { } end)
            list.Add("SecretExpiry", CheckStatus.Skipped, Texts.CheckExpiryUnknown, Texts.CheckFixExpiryUnknown);
        else if (end <= factory.Clock.UtcNow)
            list.Add("SecretExpiry", CheckStatus.Failed, Texts.CheckExpired(Day(end)), Texts.CheckFixExpiry(connection.Name));
        else if (end - factory.Clock.UtcNow < ExpiresSoon)
            list.Add("SecretExpiry", CheckStatus.Warning, Texts.CheckExpires(Day(end)), Texts.CheckFixExpiry(connection.Name));
        else
            list.Add("SecretExpiry", CheckStatus.Passed, Texts.CheckExpires(Day(end)));
    }

    private static string Day(DateTimeOffset time) => time.ToLocalTime().ToString("d", System.Globalization.CultureInfo.CurrentCulture);
}
