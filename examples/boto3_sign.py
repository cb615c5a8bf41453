"""boto3 signs requests: a fixed time and key give a fixed signature, without a network."""
import datetime

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.stub

session = boto3.Session('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region_name='us-east-1')


class Fixed(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return cls(2020, 1, 2, 3, 4, 5)


botocore.auth.datetime.datetime = Fixed
request = botocore.awsrequest.AWSRequest('GET', 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08', headers={'X-Amz-Meta': 'a'})
credentials = botocore.credentials.Credentials('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
botocore.auth.SigV4Auth(credentials, 'iam', 'us-east-1').add_auth(request)
print(request.headers['Authorization'])
s3 = session.client('s3', endpoint_url='http://127.0.0.1:1')
print(s3.generate_presigned_url('get_object', {'Bucket': 'b', 'Key': 'k'}, ExpiresIn=60).split('?')[0], s3.meta.region_name)
with botocore.stub.Stubber(s3) as stub:
    stub.add_response('list_buckets', {'Buckets': [{'Name': 'one', 'CreationDate': datetime.datetime(2020, 1, 1)}]})
    print([b['Name'] for b in s3.list_buckets()['Buckets']])
    stub.add_client_error('get_object', 'NoSuchKey', 'not there', 404)
    try:
        s3.get_object(Bucket='b', Key='k')
    except s3.exceptions.NoSuchKey as e:
        print(e)
print(sorted(session.get_available_services())[:3], len(session.get_available_services()) > 200)
