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
        var network = await NetworkChecks.ProbeAsync(connection, list, factory.Probe, cancellationToken).ConfigureAwait(false);
        IDirectoryReader? directory = null;
        SignIn signIn = new SignIn.NotTried();
        try
        {
            directory = secrets is null ? null : factory.OpenDirectory(connection, secrets);
            // For an unreachable host, a sign-in would only retry and wait.
            if (directory is not null && network.SignInMayWork)
                signIn = new SignIn.Done(directory, await directory.SignInAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ConnectorException e)
        {
            signIn = new SignIn.Refused(e.Problem);
        }
        catch
        {
            directory?.Dispose();
            throw;
        }

        using (directory)
        {
            network.Report(directory?.ClockDifference);
            ReportSignIn(signIn);
            if (signIn is SignIn.Done done)
            {
                TokenChecks.Run(connection, done.Facts, list);
                await new GroupChecks(done.Directory, connection, list).RunAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                list.Skip(AfterSignIn);
            }

            await CheckExpiryAsync(signIn, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ReportSignIn(SignIn signIn)
    {
        if (signIn is SignIn.Refused refused)
            list.Fail("SignIn", refused.Problem);
        else if (signIn is SignIn.Done)
            list.Add("SignIn", CheckStatus.Passed, Texts.CheckSignIn(connection.AuthorityHost.Host));
        else
            list.Skip("SignIn");
    }

    private async Task CheckExpiryAsync(SignIn signIn, CancellationToken cancellationToken)
    {
        var expires = connection.SecretExpires;
        if (signIn is SignIn.Done done)
        {
            try
            {
                expires = await done.Directory.FindCredentialExpiryAsync(cancellationToken).ConfigureAwait(false) ?? expires;
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
            list.Add("SecretExpiry", CheckStatus.Failed, Texts.CheckExpired(MessageValue.LocalDay(end)), Texts.CheckFixExpiry(connection.Name));
        else if (end - factory.Clock.UtcNow < ExpiresSoon)
            list.Add("SecretExpiry", CheckStatus.Warning, Texts.CheckExpires(MessageValue.LocalDay(end)), Texts.CheckFixExpiry(connection.Name));
        else
            list.Add("SecretExpiry", CheckStatus.Passed, Texts.CheckExpires(MessageValue.LocalDay(end)));
    }

    /// <summary>How the sign-in ended. A closed hierarchy: no other derived types.</summary>
    private abstract record SignIn
    {
        private SignIn()
        {
        }

        public sealed record NotTried : SignIn;

        public sealed record Refused(Problem Problem) : SignIn;

        public sealed record Done(IDirectoryReader Directory, SignInFacts Facts) : SignIn;
    }
}
