# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_hello_mtls_global_optspecs
    string join \n lang= color= h/help V/version
end

function __fish_hello_mtls_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_hello_mtls_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_hello_mtls_using_subcommand
    set -l cmd (__fish_hello_mtls_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -s V -l version -d 'Print version'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "certs" -d 'Make a CA, a server\'s and a client\'s certificate'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "inspect" -d 'Show every field of certificates, requests, keys and CRLs'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "serve" -d 'Serve Hello World over mutual TLS'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "get" -d 'Get a URL over mutual TLS, as curl does'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "doctor" -d 'Find out what is wrong with certificates and keys'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "wire" -d 'Show a recorded connection, every byte explained'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "step" -d 'Move a handshake flight by flight, and see what each side knows'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "gallery" -d 'Run every way in which it fails, and see both sides'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "lab" -d 'Learn by repairing: exercises that grade themselves'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "demo" -d 'Tell the whole story, over real connections'
complete -c hello-mtls -n "__fish_hello_mtls_needs_command" -f -a "help" -d 'Show the help of a command, as its --help does'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l dir -d 'Folder of the files' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l host -d 'Server\'s name or address, repeatable [default: localhost 127.0.0.1 ::1]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l client -d 'Client\'s name, also in its URI' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l key-type -d 'ecdsa-p256, rsa-2048, ed25519 or ml-dsa-65 [default: ecdsa-p256]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l days -d 'Days of validity' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l force -d 'Overwrite files that exist'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l intermediate -d 'Let an intermediate CA sign the leaves'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -l name-constraints -d 'A CA for the server\'s names only: a browser may trust it'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -f -a "ca" -d 'Make a CA: ca.key and ca.crt'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -f -a "request" -d 'Make a key and a request: NAME.key and NAME.csr'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -f -a "sign" -d 'Sign a request with the CA: NAME.csr becomes NAME.crt'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -f -a "renew" -d 'Sign a certificate again: NAME.crt gets new dates'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and not __fish_seen_subcommand_from ca request sign renew revoke" -f -a "revoke" -d 'Revoke certificates: adds them to ca.crl, for serve --crl'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l dir -d 'Folder of the files' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l cn -d 'The CA\'s common name' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l key-type -d 'ecdsa-p256, rsa-2048, ed25519 or ml-dsa-65 [default: ecdsa-p256]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l days -d 'Days of validity' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -l force -d 'Overwrite files that exist'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from ca" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l dir -d 'Folder of the files' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l host -d 'For a server with this name or address, repeatable' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l client -d 'For a client with this common name' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l key-type -d 'ecdsa-p256, rsa-2048, ed25519 or ml-dsa-65 [default: ecdsa-p256]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -l force -d 'Overwrite files that exist'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from request" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l dir -d 'Folder of the files' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l host -d 'For a server with this name or address, repeatable' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l client -d 'For a client with this common name' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l ca -d 'The CA that signs: CA.crt and CA.key' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l days -d 'Days of validity' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -l force -d 'Overwrite a certificate that exists'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -l dir -d 'Folder of the files' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -l ca -d 'The CA that signed it: CA.crt and CA.key' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -l days -d 'Days of validity, from now' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -l new-key -d 'Make a new key of the same kind: NAME.key and NAME.csr'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from renew" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from revoke" -l dir -d 'Folder with ca.crt, ca.key and ca.crl' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from revoke" -l ca -d 'CA that revokes: CA.crt, CA.key; into CA.crl' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from revoke" -l days -d 'Days until the next list is due' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from revoke" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from revoke" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand certs; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l cacert -d 'For a URL: CAs by which its chain is judged' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l cert -d 'For a URL: certificate to show, leaf first' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l key -d 'Private key of that certificate' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l ca-native -d 'For a URL: those of this system'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -l json -d 'For a program: a line of JSON per item'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand inspect" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l listen -d 'localhost is v4 and v6 [default: localhost:3000]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l certs -d 'Folder with all three files [default: certs]' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l cacert -d 'CAs that vouch for the other side' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l cert -d 'Certificate to show, leaf first' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l key -d 'Private key of that certificate' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l tls-max -d 'Highest TLS version: 1.2 or 1.3' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l allow -d 'Let in only uri:…, dns:…, legacy cn:…; repeatable' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l crl -d 'Revocation list of a client CA, repeatable' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l crl-expired -d 'Expired list: refuse or warn' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l max-connections -d 'Connections at a time; more wait' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l grace -d 'Time for open requests at the end' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l proxy-protocol -d 'Proxy that sends the PROXY protocol; repeatable' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l tls -d 'TLS only: do not ask for client certificates'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l narrate -d 'Tell each step of each connection'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -l wire -d 'Show every byte; /handshake shows a client its own'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand serve" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l certs -d 'Folder with all three files [default: certs]' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l cacert -d 'CAs that vouch for the other side' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l cert -d 'Certificate to show, leaf first' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l key -d 'Private key of that certificate' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l tls-max -d 'Highest TLS version: 1.2 or 1.3' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l html -d 'Write the explained connection as one HTML page' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l pcapng -d 'Write it for Wireshark, with the secrets inside' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l save -d 'Write the recording itself, for `hello-mtls wire`' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l ca-native -d 'Trust the CAs of this system, as for a public site'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l twice -d 'Get it a second time, on a ticket of the first'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l narrate -d 'Tell each step'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l json -d 'For a program: one line of JSON, body included'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -l wire -d 'Show every byte, decrypted and explained'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand get" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l certs -d 'Folder with all three files [default: certs]' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l cacert -d 'CAs that vouch for the other side' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l cert -d 'Certificate to show, leaf first' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l key -d 'Private key of that certificate' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l role -d 'Whose files: server or client [default: both]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l host -d 'What clients dial: name or IP [default: localhost]' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l peer-cacert -d 'CAs that the other side believes: its --cacert' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l crl -d 'Revocation list that is loaded, repeatable' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l crl-expired -d 'As serve is told: refuse or warn' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l ca-key -d 'Key of the clients\' CA: makes more of them' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l against -d 'Send your server bad clients: are they refused?'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -l json -d 'For a program: one line of JSON'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l keylog -d 'A key log, as SSLKEYLOGFILE makes it, for a capture' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l stream -d 'Which TCP connection of a capture: without it, a list' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l html -d 'Write the explained connection as one HTML page' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l pcapng -d 'Write it for Wireshark, with the secrets inside' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l save -d 'Write the recording itself, for `hello-mtls wire`' -r -F
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand wire" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l tls-max -d 'Highest TLS version: 1.2 or 1.3' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l refuse -d 'Let it fail as this case of the gallery does' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l tls -d 'TLS only: the server asks for no client certificate'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l resume -d 'Show the second connection, on a ticket of the first'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -l quiz -d 'Ask a question before each flight'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand step" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -l listen -d 'Keep the server of this case open for any client' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -l tls-max -d 'Highest TLS version: 1.2 or 1.3' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -l all -d 'Run every case, a line each'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -l json -d 'With --all, for a program: one line of JSON'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand gallery" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -f -a "list" -d 'List the exercises, and which are solved'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -f -a "start" -d 'Draw an exercise, and write its folder lab/NAME'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -f -a "check" -d 'Try what you have made of it: 0 solved, 1 not yet'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -f -a "hint" -d 'The first hint; with a number the second or the third'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -f -a "solution" -d 'The commands, and why they are right'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and not __fish_seen_subcommand_from list start check hint solution reset" -f -a "reset" -d 'Move the folder aside, and draw anew'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from list" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from list" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from start" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from start" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from check" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from check" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from check" -l json -d 'For a machine: a result per test'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from hint" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from hint" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from hint" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from solution" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from solution" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from solution" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from reset" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from reset" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand lab; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand demo" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand demo" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand help" -l lang -d 'en or zh; otherwise the system\'s language' -r
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand help" -l color -d 'auto, always or never; auto follows NO_COLOR. It is for demo, doctor, gallery, lab, step, wire, --wire and inspect with a URL' -r -f -a "auto\t'By the environment, and by whether a terminal reads'
always\t'Into a file and a pipe, too'
never\t'No escape sequence at all'"
complete -c hello-mtls -n "__fish_hello_mtls_using_subcommand help" -s h -l help -d 'Print help'
