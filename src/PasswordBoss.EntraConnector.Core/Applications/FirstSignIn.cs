using System;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>
/// Waits until the new application can sign in with its permissions and can read the new group: new objects become visible at different times in different parts of Entra.
/// </summary>
internal sealed class FirstSignIn
{
    private readonly IConnectorFactory factory;
    private readonly ApplicationRequest request;
    private readonly IRunObserver observer;
    private readonly EventualConsistencyRetry retry;

    public FirstSignIn(IConnectorFactory factory, ApplicationRequest request, IRunObserver observer, IClock clock)
    {
        this.factory = factory;
        this.request = request;
        this.observer = observer;
        retry = new EventualConsistencyRetry(clock, observer, request.DisplayName);
    }

    public async Task AwaitAsync(NewApplication application, CancellationToken cancellationToken)
    {
        if (application.Certificate is null && application.ClientSecret is null)
            return;
        var cloud = CloudEndpoints.Of(request.SignIn.Environment);
        var tenant = new EntraTenant
        {
            Name = request.DisplayName,
            TenantId = application.TenantId,
            ClientId = application.ClientId,
            Credential = application.Certificate is null ? CredentialKind.ClientSecret : CredentialKind.Certificate,
            Environment = request.SignIn.Environment,
            AuthorityHost = request.SignIn.AuthorityHost ?? cloud.AuthorityHost,
            GraphEndpoint = request.SignIn.GraphEndpoint ?? cloud.GraphEndpoint,
        };
        var secrets = new ConnectionSecrets { ClientSecret = application.ClientSecret, Certificate = application.Certificate?.Export(X509ContentType.Pkcs12) };
        try
        {
            await retry.DoAsync(
                Texts.PhaseFirstSignIn, () => TryAsync(tenant, secrets, application, cancellationToken), IsTooEarly, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            // Keep the new objects. The connect command reports the same error, and the admin can run it later.
            observer.Warning(request.DisplayName, Texts.WarningNotUsableYet(e.Text));
        }
    }

    private async Task<bool> TryAsync(EntraTenant tenant, ConnectionSecrets secrets, NewApplication application, CancellationToken cancellationToken)
    {
        // Open a new reader each time: a reader keeps its first token, which may lack the permissions.
        using var directory = factory.OpenTenant(tenant, secrets);
        var facts = await directory.SignInAsync(cancellationToken).ConfigureAwait(false);
        if (application.ConsentUri is not null)
            return true;
        var missing = ApplicationRegistration.Roles.Keys.Except(facts.Roles ?? ApplicationRegistration.Roles.Keys, StringComparer.OrdinalIgnoreCase).ToList();
        if (missing.Count > 0)
            throw new ConnectorException(Problems.PermissionMissing(string.Join(", ", missing)));
        if (application.Group is { } group && (await directory.FindGroupsAsync(group.Id, cancellationToken).ConfigureAwait(false)).Count == 0)
            throw new ConnectorException(Problems.DirectoryObjectMissing(group.DisplayName, group.Id));
        return true;
    }

    private static bool IsTooEarly(Problem e) => e.IsTransient
        || e.Id is ErrorId.ApplicationUnknown or ErrorId.SecretWrong or ErrorId.CertificateRejected or ErrorId.PermissionMissing or ErrorId.DirectoryObjectMissing;
}
